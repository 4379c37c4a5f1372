# Makes repurchase.json: a Wald test of several coefficients (survey), and the area under the ROC curve with DeLong's
# variance (pROC), all on two_waves.csv.      Rscript repurchase.R
source("common.R")
suppressMessages(library(pROC))
fit <- svyglm(I(score >= 70) ~ orders + I(orders^2) + nps, first_design, family = quasibinomial(),
              control = glm.control(epsilon = 1e-15, maxit = 100))
test <- regTermTest(fit, ~ I(orders^2) + nps, df = Inf, method = "Wald")
curve <- roc(first$score >= 70, first$nps, direction = "<", quiet = TRUE)
out <- list(
  wald = c(chisq = as.numeric(test$chisq), terms = as.numeric(test$df)),
  auc = c(value = as.numeric(auc(curve)), variance = as.numeric(var(curve, method = "delong")))
)
write_numbers(out, "repurchase.json")
