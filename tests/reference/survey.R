# Makes survey.json: means, totals, ratios, domains, contrasts and proportions of two_waves.csv (in this folder) and,
# given the folder of reference data, of apistrat.csv and sfo_2017.csv.      Rscript survey.R [folder]
source("common.R")
out <- list()
d <- first_design
out$mean <- pair(svymean(~score, d))
out$mean_process <- pair(svymean(~score, svydesign(id = ~contact, strata = ~stratum, weights = ~weight, data = first)))
out$total <- pair(svytotal(~orders, d))
out$total_east <- pair(svytotal(~orders, subset(d, group == "east")))
out$ratio <- pair(svyratio(~score, ~orders, d))
out$ratio_east <- pair(svyratio(~score, ~orders, subset(d, group == "east")))
out$east <- pair(svymean(~score, subset(d, group == "east")))
by <- svyby(~score, ~group, d, svymean, covmat = TRUE)
out$east_minus_west <- pair(svycontrast(by, c(1, -1)))
out$promoters_less_detractors <- pair(svymean(~I((nps >= 9) - (nps <= 6)), d))
out$satisfied <- pair(svymean(~I(as.numeric(score >= 70)), d))
out$satisfied_logit <- with_interval(svyciprop(~I(score >= 70), d, method = "logit"))
out$score_and_nps <- pair(svycontrast(svymean(~score + nps, d), c(0.3, 7)))
out$customers <- pair(svymean(~score, svydesign(id = ~customer, strata = ~stratum, weights = ~weight, data = first)))
both <- svydesign(id = ~contact, strata = ~stratum, weights = ~weight, data = waves, nest = FALSE)
change <- svyby(~score, ~wave, both, svymean, covmat = TRUE)
out$change <- pair(svycontrast(change, c(-1, 1)))

if (length(folder)) {
  d <- api_design
  out$api_mean <- pair(svymean(~api00, d))
  out$api_mean_process <- pair(svymean(~api00, svydesign(id = ~1, strata = ~stype, weights = ~pw, data = api_strata)))
  out$api_total <- pair(svytotal(~enroll, d))
  out$api_total_H <- pair(svytotal(~enroll, subset(d, stype == "H")))
  out$api_ratio <- pair(svyratio(~api.stu, ~enroll, d))
  for (level in c("E", "H", "M")) out[[paste0("api_", level)]] <- pair(svymean(~api00, subset(d, stype == level)))
  out$api_awarded <- pair(svymean(~api00, subset(d, awards == "Yes")))
  by <- svyby(~api00, ~awards, d, svymean, covmat = TRUE)
  out$api_awarded_less_others <- pair(svycontrast(by, c(-1, 1)))
  out$api_growth <- pair(svycontrast(svymean(~api00 + api99, d), c(1, -1)))
  out$api_wide_logit <- with_interval(svyciprop(~I(sch.wide == "Yes"), d, method = "logit"))
  sfo <- read.csv(file.path(folder, "sfo_2017.csv"))
  sfo$NETPRO <- suppressWarnings(as.numeric(sfo$NETPRO)); sfo$NETPRO[sfo$NETPRO == 11] <- NA
  sfo$Q7ALL <- suppressWarnings(as.numeric(sfo$Q7ALL)); sfo$Q7ALL[sfo$Q7ALL %in% c(0, 6)] <- NA
  d <- svydesign(id = ~1, weights = ~WEIGHT, data = sfo)
  out$sfo_nps <- pair(svymean(~I(100 * ((NETPRO >= 9) - (NETPRO <= 6))), subset(d, !is.na(NETPRO))))
  out$sfo_csat <- pair(svymean(~I(as.numeric(Q7ALL >= 4)), subset(d, !is.na(Q7ALL))))
}
write_numbers(out, "survey.json")
