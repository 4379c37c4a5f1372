# Makes survey.json: what R's survey package says of two_waves.csv (in this folder) and, where the folder of reference data is
# given, of apistrat.csv and sfo_2017.csv.      Rscript survey.R [folder of reference data]
suppressMessages(library(survey))
out <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
pair <- function(x, name = NULL) list(value = unname(coef(x)[[1]]), se = unname(as.numeric(SE(x))[[1]]))

waves <- read.csv("two_waves.csv")
first <- subset(waves, wave == "2025H2")
d <- svydesign(id = ~contact, strata = ~stratum, weights = ~weight, fpc = ~population, data = first)
out$mean <- pair(svymean(~score, d))
out$mean_process <- pair(svymean(~score, svydesign(id = ~contact, strata = ~stratum, weights = ~weight, data = first)))
out$ratio <- pair(svyratio(~score, ~orders, d))
out$east <- pair(svymean(~score, subset(d, group == "east")))
by <- svyby(~score, ~group, d, svymean, covmat = TRUE)
out$east_minus_west <- pair(svycontrast(by, c(1, -1)))
out$promoters_less_detractors <- pair(svymean(~I((nps >= 9) - (nps <= 6)), d))
out$satisfied <- pair(svymean(~I(as.numeric(score >= 70)), d))
out$customers <- pair(svymean(~score, svydesign(id = ~customer, strata = ~stratum, weights = ~weight, data = first)))
both <- svydesign(id = ~contact, strata = ~stratum, weights = ~weight, data = waves, nest = FALSE)
change <- svyby(~score, ~wave, both, svymean, covmat = TRUE)
out$change <- pair(svycontrast(change, c(-1, 1)))

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder)) {
  api <- read.csv(file.path(folder, "apistrat.csv"))
  d <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = api)
  out$api_mean <- pair(svymean(~api00, d))
  out$api_mean_process <- pair(svymean(~api00, svydesign(id = ~1, strata = ~stype, weights = ~pw, data = api)))
  out$api_ratio <- pair(svyratio(~api.stu, ~enroll, d))
  for (level in c("E", "H", "M")) out[[paste0("api_", level)]] <- pair(svymean(~api00, subset(d, stype == level)))
  sfo <- read.csv(file.path(folder, "sfo_2017.csv"))
  sfo$NETPRO <- suppressWarnings(as.numeric(sfo$NETPRO)); sfo$NETPRO[sfo$NETPRO == 11] <- NA
  sfo$Q7ALL <- suppressWarnings(as.numeric(sfo$Q7ALL)); sfo$Q7ALL[sfo$Q7ALL %in% c(0, 6)] <- NA
  d <- svydesign(id = ~1, weights = ~WEIGHT, data = sfo)
  out$sfo_nps <- pair(svymean(~I(100 * ((NETPRO >= 9) - (NETPRO <= 6))), subset(d, !is.na(NETPRO))))
  out$sfo_csat <- pair(svymean(~I(as.numeric(Q7ALL >= 4)), subset(d, !is.na(Q7ALL))))
}
text <- vapply(out, function(x) if (is.list(x)) sprintf('{"value": %.12g, "se": %.12g}', x$value, x$se) else sprintf('"%s"', x), "")
writeLines(paste0("{\n", paste(sprintf('  "%s": %s', names(out), text), collapse = ",\n"), "\n}"), "survey.json")
