# Smallest difference found with 80 % power: power.t.test of R's stats, both tails counted.
# Rscript tests/reference/detectable_effects.R > tests/reference/detectable_effects_R.csv
cat("n,sd,alpha,type,delta\n")
for (type in c("two.sample", "paired")) {
  for (n in c(3, 4, 6, 20)) {
    for (alpha in c(0.05, 0.05 / 15)) {
      found <- power.t.test(n = n, sd = 0.7, sig.level = alpha, power = 0.8, type = type, strict = TRUE, tol = 1e-10)
      cat(sprintf("%d,%g,%.17g,%s,%.12g\n", n, 0.7, alpha, type, found$delta))
    }
  }
}
cat("#", R.version.string, "stats", as.character(packageVersion("stats")), "\n")
