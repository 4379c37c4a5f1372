# Makes raking.json: means after raking, with R's two standard errors.      Rscript raking.R [folder of reference data]
# rake() and calibrate() reach the same weights, but the variance after them rests on two residuals of the influence:
# on the margins unweighted (ten sweeps) after rake(), weighted by the starting weights after calibrate(). With equal
# starting weights they agree. Calibrated once more nothing moves, but the residual is weighted by the raked ones.
source("common.R")
add <- function(name, y, design, margins, population) {
  swept <- rake(design, margins, population, control = list(maxit = 100, epsilon = 1e-12))
  fitted <- calibrate(design, margins, population, calfun = "raking", epsilon = 1e-12)
  again <- calibrate(swept, margins, population, calfun = "raking", epsilon = 1e-12)
  again$postStrata <- again$postStrata[2]
  stopifnot(max(abs(weights(swept) / weights(fitted) - 1)) < 1e-9)
  out[[paste0(name, "_rake")]] <<- pair(svymean(y, swept))
  out[[paste0(name, "_calibrate")]] <<- pair(svymean(y, fitted))
  out[[paste0(name, "_calibrate_total")]] <<- pair(svytotal(y, fitted))
  out[[paste0(name, "_calibrate_again")]] <<- pair(svymean(y, again))
  out[[paste0(name, "_calibrate_again_total")]] <<- pair(svytotal(y, again))
}
out <- list()
first$often <- ifelse(first$orders >= 4, "yes", "no")
margins <- list(~group, ~often)
population <- list(data.frame(group = c("east", "west"), Freq = c(300, 305)),
                   data.frame(often = c("no", "yes"), Freq = c(180, 425)))
equal <- svydesign(id = ~1, weights = rep(605 / nrow(first), nrow(first)), data = first)
add("random", ~score, equal, margins, population)
add("strata", ~score, update(first_design, often = first$often), margins, population)
if (length(folder)) {
  schools <- read.csv(file.path(folder, "apiclus1.csv"))
  margins <- list(~stype, ~sch.wide)
  population <- list(data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)),
                     data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122)))
  equal <- svydesign(id = ~1, weights = rep(6194 / nrow(schools), nrow(schools)), data = schools)
  add("schools", ~api00, equal, margins, population)
  add("api", ~api00, api_design, margins, population)
}
write_numbers(out, "raking.json")
