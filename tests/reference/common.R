# What the scripts here share: the survey package, the data, and how numbers are written.
#   Rscript survey.R [folder of reference data]      and so raking.R, regression.R; each makes the .json of its name
suppressMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)

waves <- read.csv("two_waves.csv")
first <- subset(waves, wave == "2025H2")
first_design <- svydesign(id = ~contact, strata = ~stratum, weights = ~weight, fpc = ~population, data = first)
api_strata <- if (length(folder)) read.csv(file.path(folder, "apistrat.csv"))
api_design <- if (length(folder)) svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = api_strata)

# A named vector of numbers for one statistic.
pair <- function(x) c(value = unname(coef(x)[[1]]), se = unname(as.numeric(SE(x))[[1]]))
with_interval <- function(x) c(pair(x), low = unname(confint(x)[[1]]), high = unname(confint(x)[[2]]))
write_numbers <- function(out, file) {
  versions <- sprintf('  "R": "%s",\n  "survey": "%s"', R.version.string, as.character(packageVersion("survey")))
  numbers <- vapply(out, function(x) paste(sprintf('"%s": %.15g', names(x), x), collapse = ", "), "")
  lines <- paste(sprintf('  "%s": {%s}', names(out), numbers), collapse = ",\n")
  writeLines(paste0("{\n", versions, ",\n", lines, "\n}"), file)
}
