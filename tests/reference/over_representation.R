# Hypergeometric tails and EASE scores by R, for tests/tasks/methods/test_over_representation.py.
# Rscript tests/reference/over_representation.R writes over_representation.csv.gz beside itself.
set.seed(7)
n <- 400
population <- sample(200:25000, n, replace = TRUE)
set <- pmax(2, pmin(population - 1, round(exp(runif(n, log(2), log(600))))))
list <- pmax(2, pmin(population - 1, round(exp(runif(n, log(2), log(3000))))))
most <- pmin(set, list)
least <- pmax(0, set + list - population)
overlap <- pmax(least, pmin(most, rhyper(n, set, population - set, list) + sample(0:12, n, replace = TRUE)))
ora <- phyper(overlap - 1, set, population - set, list, lower.tail = FALSE)
# Hosack 2003: one gene fewer in the overlap; the scores of its software keep the margins
ease <- mapply(function(k, s, l, p) {
  if (k < 2) return(1)
  fewer <- k - 1
  fisher.test(matrix(c(fewer, l - fewer, s - fewer, p - s - l + fewer), 2), alternative = "greater")$p.value
}, overlap, set, list, population)
out <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "over_representation.csv.gz")
frame <- data.frame(population, set, list, overlap, ora = sprintf("%.17g", ora), ease = sprintf("%.17g", ease))
write.csv(frame, gzfile(out), row.names = FALSE, quote = FALSE)
sessionInfo()
