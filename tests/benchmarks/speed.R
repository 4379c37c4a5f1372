# CPU seconds of R's survey package for six means and for raking, on answers written as plain numbers. rake() has its
# default control, which stops when no cell of the table moves by one answer.      Rscript speed.R folder size
suppressMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
size <- as.integer(arguments[2])
column <- function(name, what, bytes, count = size) readBin(file.path(arguments[1], name), what, count, bytes)
cpu <- function(work) sum(system.time(work)[c("user.self", "sys.self")])

data <- as.data.frame(matrix(column("scores", "double", 8, 6 * size), size))
names(data) <- paste0("y", 0:5)
data$weight <- column("weight", "double", 8)
data$stratum <- column("stratum", "integer", 4)
data$population <- column("population", "double", 8, 20)[data$stratum + 1]
seconds <- cpu(design <- svydesign(id = ~1, strata = ~stratum, weights = ~weight, fpc = ~population, data = data))
cat("design", seconds, "\n")
cat("six_means", cpu(means <- svymean(~y0 + y1 + y2 + y3 + y4 + y5, design)), "\n")
cat("value", sprintf("%.12g", coef(means)), "\n")
cat("se", sprintf("%.12g", SE(means)), "\n")

levels <- c("a", "b", "c", "d", "e")
codes <- matrix(column("factors", "integer", 4, 6 * size), size)
factors <- as.data.frame(lapply(1:6, function(k) factor(levels[codes[, k] + 1], levels)))
names(factors) <- paste0("m", 0:5)
totals <- matrix(column("margins", "double", 8, 30), 5)
population <- lapply(1:6, function(k) setNames(data.frame(levels, totals[, k]), c(names(factors)[k], "Freq")))
margins <- lapply(names(factors), function(name) as.formula(paste0("~", name)))
design <- svydesign(id = ~1, weights = data$weight, data = factors)
cat("rake", cpu(raked <- rake(design, margins, population)), "\n")
cat("heaviest", sprintf("%.12g", max(weights(raked))), "\n")
