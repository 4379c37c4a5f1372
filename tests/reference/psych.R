# Makes psych.csv (two dimensions of four items on 0-10, one item of the first in both) and psych.json: what R's psych says
# of it, and of ecsi_mobi.csv where the folder of reference data is given.      Rscript psych.R [folder of reference data]
source("common.R")
suppressPackageStartupMessages(library(psych))
set.seed(20260601)
people <- 120
factors <- matrix(rnorm(2 * people), people) %*% chol(matrix(c(1, .4, .4, 1), 2))
on <- rbind(c(.8, 0), c(.75, 0), c(.7, 0), c(.45, .4), c(0, .8), c(0, .7), c(0, .65), c(0, .6))
items <- 7 + 1.8 * (factors %*% t(on) + matrix(rnorm(8 * people), people) * .6)
items <- as.data.frame(pmin(pmax(round(items), 0), 10))
names(items) <- c(paste0("p", 1:4), paste0("q", 1:4))
write.csv(items, "psych.csv", row.names = FALSE)

# The share of the sum that one factor explains, from maximum likelihood on the covariances.
omega_of <- function(x) {
  fit <- factanal(covmat = cov(x), factors = 1, n.obs = nrow(x), control = list(lower = 1e-4, opt = list(factr = 10)))
  spread <- sqrt(diag(cov(x)))
  sum(fit$loadings[, 1] * spread)^2 / (sum(fit$loadings[, 1] * spread)^2 + sum(fit$uniquenesses * spread^2))
}
out <- list()
describe <- function(name, x) {
  found <- suppressWarnings(alpha(x))
  out[[paste0(name, ".total")]] <<- c(alpha = found$total$raw_alpha, omega = omega_of(x))
  out[[paste0(name, ".alpha_if_deleted")]] <<- setNames(found$alpha.drop$raw_alpha, names(x))
  out[[paste0(name, ".item_rest")]] <<- setNames(found$item.stats$r.drop, names(x))
}
suits <- function(name, x) {
  sampling <- KMO(x)
  sphere <- cortest.bartlett(cor(x), n = nrow(x))
  out[[paste0(name, ".suits")]] <<- c(kmo = sampling$MSA, chi2 = sphere$chisq, df = sphere$df)
  out[[paste0(name, ".kmo")]] <<- sampling$MSAi
  out[[paste0(name, ".eigenvalues")]] <<- setNames(eigen(cor(x))$values, paste0("e", seq_along(x)))
}
describe("first", items[1:4])
describe("second", items[5:8])
suits("items", items)
fit <- fa(items, nfactors = 2, fm = "ml", rotate = "oblimin")
for (k in 1:2) out[[paste0("loadings.", k)]] <- setNames(fit$loadings[, k], names(items))
out[["factors"]] <- c(correlation = fit$Phi[1, 2])
out[["communality"]] <- fit$communality
if (length(folder)) {
  mobi <- read.csv(file.path(folder, "ecsi_mobi.csv"))[, -1]
  describe("ecsi_quality", mobi[paste0("PERQ", 1:7)])
  describe("ecsi_image", mobi[paste0("IMAG", 1:5)])
  suits("ecsi", mobi)
}
write_numbers(out, "psych.json")
