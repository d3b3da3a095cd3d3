# Expected values of test_rescue.py (base R; the ends are found by searching, not by Fieller's formula).
# Run in this folder: Rscript rescue.R; it writes rescue_data.csv, rescue_numbers.csv and rescue_session.txt.
set.seed(62)
levels <- c("control", "il1b", "usc", "exo")
n <- 4
own <- rnorm(n, sd = 0.8)
frame <- expand.grid(donor = paste0("d", seq_len(n)), condition = factor(levels, levels))
frame$value <- 3 + own[frame$donor] + c(control = 0, il1b = -1.6, usc = -0.9, exo = -0.5)[as.character(frame$condition)] +
  rnorm(nrow(frame), sd = 0.25)
weak <- frame
weak$value <- frame$value + ifelse(weak$condition == "control", -1.5, 0)  # hardly a disease left

ends <- function(model, treatment) {
  # a ratio r is in the set where the contrast treatment - r control - (1 - r) il1b is not significant
  b <- coef(model); v <- vcov(model); df <- df.residual(model); names <- paste0("condition", c("control", "il1b", treatment))
  weights <- function(r) { w <- setNames(numeric(length(b)), names(b)); w[names] <- c(-r, -(1 - r), 1); w }
  excess <- function(r) { w <- weights(r); sum(w * b)^2 - qt(0.975, df)^2 * drop(t(w) %*% v %*% w) }
  top <- (b[[names[3]]] - b[[names[2]]]) / (b[[names[1]]] - b[[names[2]]])
  far <- vapply(c(-1e6, 1e6), excess, 0)
  if (any(far <= 0)) return(c(NA, NA, NA, df))
  root <- function(a, z) uniroot(excess, c(a, z), tol = 1e-14, maxiter = 1e5)$root
  c(top, root(top - 50, top), root(top, top + 50), df)
}

out <- NULL
for (case in c("plain", "blocked", "unbalanced", "weak")) {
  one <- switch(case, weak = weak, unbalanced = frame[-c(2, 9, 16), ], frame)
  formula <- if (case == "plain") value ~ 0 + condition else value ~ 0 + condition + donor
  model <- lm(formula, one)
  for (treatment in c("usc", "exo")) {
    e <- ends(model, treatment)
    out <- rbind(out, data.frame(case = case, treatment = treatment, rescue = e[1], ci_low = e[2], ci_high = e[3], df = e[4]))
  }
}
for (name in names(out)[3:6]) out[[name]] <- ifelse(is.na(out[[name]]), "", format(out[[name]], digits = 17, trim = TRUE))
write.csv(out, "rescue_numbers.csv", row.names = FALSE, quote = FALSE)
frame$weak <- weak$value
frame$used <- !(seq_len(nrow(frame)) %in% c(2, 9, 16))
for (name in c("value", "weak")) frame[[name]] <- format(frame[[name]], digits = 17, trim = TRUE)
write.csv(frame, "rescue_data.csv", row.names = FALSE, quote = FALSE)
writeLines(R.version.string, "rescue_session.txt")
