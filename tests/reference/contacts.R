# Makes contacts.json: two_waves.csv (in this folder), a customer's contacts sharing its weight, customers as sampling units.
#   Rscript contacts.R
source("common.R")
first$own <- first$weight / ave(rep(1, nrow(first)), first$customer, FUN = sum)
finite <- svydesign(id = ~customer, strata = ~stratum, weights = ~own, fpc = ~population, data = first)
process <- svydesign(id = ~customer, strata = ~stratum, weights = ~own, data = first)
out <- list(
  mean = pair(svymean(~score, finite)), mean_process = pair(svymean(~score, process)),
  east = pair(svymean(~score, subset(finite, group == "east"))),
  east_process = pair(svymean(~score, subset(process, group == "east")))
)
write_numbers(out, "contacts.json")
