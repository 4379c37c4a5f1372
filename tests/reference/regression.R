# Makes regression.json: linear and quasi-binomial coefficients.      Rscript regression.R [folder of reference data]
# R's glm stops at a deviance change of 1e-8 with standard errors of the step before, 1e-5 off: here it goes on.
source("common.R")
coefficients <- function(formula, design, ...) {
  fit <- svyglm(formula, design, control = glm.control(epsilon = 1e-15, maxit = 100), ...)
  table <- cbind(value = coef(fit), se = as.numeric(SE(fit)))
  rownames(table)[1] <- "intercept"
  table
}
add <- function(name, table) {
  for (column in rownames(table)) out[[paste(name, column, sep = ".")]] <<- table[column, ]
}
out <- list()
add("linear", coefficients(score ~ orders + nps, first_design))
add("linear_east", coefficients(score ~ orders + nps, subset(first_design, group == "east")))
add("logit", coefficients(I(score >= 70) ~ orders + nps, first_design, family = quasibinomial()))
if (length(folder)) {
  add("api_linear", coefficients(api00 ~ ell + meals + mobility, api_design))
  add("api_logit", coefficients(I(sch.wide == "Yes") ~ ell + meals + mobility, api_design, family = quasibinomial()))
}
write_numbers(out, "regression.json")
