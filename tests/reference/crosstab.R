# Makes crosstab.json: svyby of sfo_2017.csv (weighted, no strata) by language of the form, gender, and both crossed; and, of
# two_waves.csv in this folder, a mean by group whose customers have several contacts.      Rscript crosstab.R folder
source("common.R")
out <- list()

# One row a level: `value`, `se` and the unweighted n of those who answered.
by_level <- function(what, x, name, by, d) {
  d <- update(d, x_ = x, by_ = by)
  d <- subset(d, !is.na(x_))
  found <- svyby(~x_, ~by_, subset(d, !is.na(by_)), svymean)
  n <- table(d$variables$by_)
  for (level in as.character(found$by_)) {
    row <- found[as.character(found$by_) == level, ]
    out[[paste0(what, " | ", name, "=", level)]] <<- c(value = row$x_, se = row$se, n = as.numeric(n[[level]]))
  }
  out[[what]] <<- c(pair(svymean(~x_, d)), n = nrow(d$variables))
}

few <- svydesign(id = ~customer, strata = ~stratum, weights = ~weight, data = first)
by_level("contacts score", first$score, "group", first$group, few)
by_level("contacts promoters", as.numeric(first$nps >= 9), "group", first$group, few)

sfo <- read.csv(file.path(folder, "sfo_2017.csv"))
numeric <- function(x) suppressWarnings(as.numeric(x))
blank <- function(x, codes) { x <- numeric(x); x[x %in% codes] <- NA; x }
d <- svydesign(id = ~1, weights = ~WEIGHT, data = sfo)
language <- as.character(sfo$LANG)
gender <- as.character(sfo$Q20GENDER)
gender[gender == ""] <- NA
food <- 100 * (blank(sfo$Q7FOOD, c(0, 6)) - 1) / 4
overall <- blank(sfo$Q7ALL, c(0, 6))
recommend <- blank(sfo$NETPRO, 11)
nps <- 100 * ((recommend >= 9) - (recommend <= 6))
both <- ifelse(is.na(gender), NA, paste(language, gender, sep = " × "))
segments <- list(LANG = language, Q20GENDER = gender, "LANG × Q20GENDER" = both)
for (name in names(segments)) {
  by_level("Q7FOOD", food, name, segments[[name]], d)
  by_level("csat", as.numeric(overall >= 4), name, segments[[name]], d)
  by_level("nps", nps, name, segments[[name]], d)
}
for (answer in sort(unique(na.omit(gender)))) by_level(paste0("Q20GENDER=", answer), as.numeric(gender == answer), "LANG", language, d)
for (answer in 1:5) by_level(paste0("csat=", answer), as.numeric(overall == answer), "LANG", language, d)

# A language against the rest of the passengers.
against <- update(d, x_ = nps, by_ = ifelse(language == "3", "own", "rest"))
groups <- svyby(~x_, ~by_, subset(against, !is.na(x_)), svymean, covmat = TRUE)
out[["nps difference | LANG=3"]] <- pair(svycontrast(groups, c(1, -1)))

write_numbers(out, "crosstab.json")
