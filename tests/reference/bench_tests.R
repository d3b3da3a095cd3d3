# Expected values of group tests. Run in this folder: Rscript bench_tests.R
# Needs car, emmeans, multcomp, effectsize, coin, multcompView, rstatix (Debian: r-cran-*).
# Writes bench_tests_data.csv (simulated and classic data), bench_tests.csv (name, value), bench_tests_session.txt.
suppressPackageStartupMessages({
  library(car); library(emmeans); library(multcomp); library(effectsize); library(coin); library(multcompView)
})
emm_options(opt.digits = FALSE)
out <- list()
say <- function(name, value) out[[length(out) + 1]] <<- data.frame(name = name, value = sprintf("%.17g", as.numeric(value)))
key <- function(a, b) paste0(a, "-", b)

# Data: three simulated sets (balanced, unbalanced with ties, donors as blocks), R's PlantGrowth and warpbreaks.
set.seed(20240611)
groups <- c("control", "il1b", "usc", "exo")
even <- data.frame(set = "even", group = rep(groups, each = 4), block = rep(1:4, 4), value = round(rnorm(16, rep(c(10, 6, 8, 9.5), each = 4), 1), 3))
uneven <- data.frame(set = "uneven", group = rep(groups, c(3, 4, 5, 3)), block = 0, value = round(rnorm(15, rep(c(10, 6, 8, 9.5), c(3, 4, 5, 3)), rep(c(.8, 1, 2, .6), c(3, 4, 5, 3))) * 2, 0) / 2)
donors <- data.frame(set = "donors", group = rep(groups, 3), block = rep(1:3, each = 4), value = round(rnorm(12, rep(c(10, 6, 8, 9.5), 3) + rep(c(0, 3, 5), each = 4), .7), 3))
data(PlantGrowth); plants <- data.frame(set = "plants", group = as.character(PlantGrowth$group), block = 0, value = PlantGrowth$weight)
data(warpbreaks); warp <- data.frame(set = "warp", group = paste0(warpbreaks$wool, warpbreaks$tension), block = 0, value = warpbreaks$breaks)
warp3 <- warp[-c(1, 2, 30, 47), ]; warp3$set <- "warp_uneven"
sets <- rbind(even, uneven, donors, plants, warp, warp3)
write.csv(sets, "bench_tests_data.csv", row.names = FALSE, quote = FALSE)

# P(largest |t| > t) against one control: correlations are products of lambda; nested adaptive integration.
dunnett <- function(t, lambda, df) {
  rest <- sqrt(1 - lambda^2)
  inside <- function(s) sapply(s, function(s) integrate(function(z) { p <- dnorm(z); for (i in seq_along(lambda)) p <- p * (pnorm((lambda[i] * z + t * s) / rest[i]) - pnorm((lambda[i] * z - t * s) / rest[i])); p }, -8.5, 8.5, rel.tol = 1e-10)$value)
  1 - integrate(function(s) inside(s) * 2 * df * s * dchisq(df * s^2, df), 0, 4, rel.tol = 1e-10, subdivisions = 300)$value
}
f_row <- function(name, f, df1, df2, p) { say(paste0(name, ".f"), f); say(paste0(name, ".df1"), df1); say(paste0(name, ".df2"), df2); say(paste0(name, ".p"), p) }
for (set in c("even", "uneven", "donors", "plants")) {
  d <- sets[sets$set == set, ]; d$group <- factor(d$group, unique(d$group)); d$block <- factor(d$block)
  tag <- function(...) paste(set, ..., sep = ".")
  a <- aov(value ~ group, d); s <- summary(a)[[1]]
  f_row(tag("one_way"), s[1, 4], s[1, 1], s[2, 1], s[1, 5])
  e <- eta_squared(a, partial = FALSE, ci = .9, alternative = "two.sided"); say(tag("eta"), e$Eta2); say(tag("eta.low"), e$CI_low); say(tag("eta.high"), e$CI_high)
  say(tag("omega"), omega_squared(a, partial = FALSE)$Omega2)
  w <- oneway.test(value ~ group, d); f_row(tag("welch"), w$statistic, w$parameter[1], w$parameter[2], w$p.value)
  k <- kruskal.test(value ~ group, d); say(tag("kruskal.h"), k$statistic); say(tag("kruskal.chi_p"), k$p.value)
  l <- leveneTest(value ~ group, d); say(tag("levene.f"), l[1, 2]); say(tag("levene.p"), l[1, 3])
  r <- shapiro.test(residuals(a)); say(tag("shapiro.w"), r$statistic); say(tag("shapiro.p"), r$p.value)
  em <- emmeans(a, "group")
  for (adjust in c("bonferroni", "holm", "tukey", "none")) {
    t <- as.data.frame(summary(pairs(em, adjust = adjust, reverse = FALSE), infer = TRUE))
    names <- sub(" - ", "-", as.character(t$contrast))
    for (i in seq_along(names)) {
      say(tag(adjust, names[i], "p"), t$p.value[i]); say(tag(adjust, names[i], "low"), -t$upper.CL[i]); say(tag(adjust, names[i], "high"), -t$lower.CL[i])
    }
  }
  n <- tabulate(d$group); lambda <- sqrt(n[-1] / (n[-1] + n[1])); df <- a$df.residual
  tests <- summary(glht(a, linfct = mcp(group = "Dunnett")), test = adjusted("none"))$test
  critical <- uniroot(function(t) dunnett(t, lambda, df) - .05, c(1.9, 4), tol = 1e-9)$root
  for (i in 2:nlevels(d$group)) {
    name <- key(levels(d$group)[1], levels(d$group)[i])
    say(tag("dunnett", name, "p"), dunnett(abs(tests$tstat[i - 1]), lambda, df)); say(tag("dunnett", name, "high"), tests$coefficients[i - 1] + critical * tests$sigma[i - 1])
  }
  set.seed(1); say(tag("glht_dunnett", key(levels(d$group)[1], levels(d$group)[2]), "p"), summary(glht(a, linfct = mcp(group = "Dunnett")), test = adjusted("single-step", abseps = 1e-5))$test$pvalues[1])
  gh <- as.data.frame(rstatix::games_howell_test(d, value ~ group, detailed = TRUE)); du <- as.data.frame(rstatix::dunn_test(d, value ~ group, p.adjust.method = "holm"))
  lv <- levels(d$group)
  for (i in 1:(length(lv) - 1)) for (j in (i + 1):length(lv)) {
    x <- d$value[d$group == lv[i]]; y <- d$value[d$group == lv[j]]; name <- key(lv[i], lv[j])
    row <- gh[gh$group1 == lv[i] & gh$group2 == lv[j], ]
    t <- t.test(y, x); q <- abs(t$statistic) * sqrt(2)
    say(tag("games_howell", name, "p"), ptukey(q, length(lv), t$parameter, lower.tail = FALSE)); say(tag("games_howell", name, "rstatix_p"), row$p.adj)
    say(tag("games_howell", name, "high"), mean(y) - mean(x) + qtukey(.95, length(lv), t$parameter) * t$stderr / sqrt(2))
    say(tag("welch_t", name, "t"), t$statistic); say(tag("welch_t", name, "df"), t$parameter); say(tag("welch_t", name, "p"), t$p.value); say(tag("welch_t", name, "low"), t$conf.int[1])
    s <- t.test(y, x, var.equal = TRUE); say(tag("student_t", name, "t"), s$statistic); say(tag("student_t", name, "p"), s$p.value)
    c1 <- cohens_d(y, x); say(tag("cohen_d", name, "d"), c1$Cohens_d); say(tag("cohen_d", name, "low"), c1$CI_low); say(tag("cohen_d", name, "high"), c1$CI_high)
    h1 <- hedges_g(y, x); say(tag("hedges_g", name, "g"), h1$Hedges_g); say(tag("hedges_g", name, "low"), h1$CI_low); say(tag("hedges_g", name, "high"), h1$CI_high)
    w1 <- hedges_g(y, x, pooled_sd = FALSE); say(tag("welch_g", name, "g"), w1$Hedges_g); say(tag("welch_g", name, "low"), w1$CI_low); say(tag("welch_g", name, "high"), w1$CI_high)
    z <- du[du$group1 == lv[i] & du$group2 == lv[j], ]; say(tag("dunn", name, "z"), z$statistic); say(tag("dunn", name, "p"), z$p); say(tag("dunn", name, "holm"), z$p.adj)
    m <- wilcox_test(value ~ group, droplevels(d[d$group %in% lv[c(i, j)], ]), distribution = "exact"); say(tag("mann_whitney", name, "p"), pvalue(m))
    say(tag("mann_whitney", name, "u"), suppressWarnings(wilcox.test(y, x))$statistic); say(tag("rank_biserial", name, "r"), rank_biserial(y, x)$r_rank_biserial)
  }
  for (level in lv) {
    x <- d$value[d$group == level]; n <- length(x)
    s <- shapiro.test(x); say(tag("shapiro", level, "w"), s$statistic); say(tag("shapiro", level, "p"), s$p.value)
    G <- max(abs(x - mean(x))) / sd(x); t <- sqrt(n * (n - 2) * G^2 / ((n - 1)^2 - n * G^2))
    say(tag("grubbs", level, "g"), G); say(tag("grubbs", level, "p"), min(1, 2 * n * pt(t, n - 2, lower.tail = FALSE)))
  }
  m <- as.matrix(as.data.frame(lapply(lv, function(i) sapply(lv, function(j) if (i == j) 1 else { x <- as.data.frame(pairs(em, adjust = "bonferroni")); x$p.value[x$contrast %in% c(paste(i, "-", j), paste(j, "-", i))] }))))
  dimnames(m) <- list(lv, lv); L <- multcompLetters(m)$Letters
  for (i in lv) for (j in lv) say(tag("shares", key(i, j)), length(intersect(strsplit(L[i], "")[[1]], strsplit(L[j], "")[[1]])) > 0)
}

# Exact Kruskal-Wallis of three groups, by listing all deals with combn.
for (set in c("even", "uneven")) {
  d <- sets[sets$set == set & sets$group != "exo", ]; r <- rank(d$value); n <- as.vector(table(factor(d$group, unique(d$group)))); N <- sum(n)
  h <- function(a, b) sum(r[a])^2 / n[1] + sum(r[b])^2 / n[2] + sum(r[-c(a, b)])^2 / n[3]
  seen <- h(1:n[1], n[1] + 1:n[2]); hits <- 0; all <- 0
  for (a in combn(N, n[1], simplify = FALSE)) { rest <- setdiff(1:N, a); for (b in combn(rest, n[2], simplify = FALSE)) { all <- all + 1; hits <- hits + (h(a, b) >= seen - 1e-9) } }
  say(paste0(set, ".kruskal3.p"), hits / all)
}

# Blocks: donors x 4 groups.
d <- sets[sets$set == "donors", ]; d$group <- factor(d$group, unique(d$group)); d$block <- factor(d$block)
b <- aov(value ~ block + group, d); s <- summary(b)[[1]]; f_row("donors.block", s[2, 4], s[2, 1], s[3, 1], s[2, 5])
e <- eta_squared(b, partial = TRUE, ci = .9, alternative = "two.sided"); say("donors.block.eta", e$Eta2_partial[2])
for (adjust in c("bonferroni", "tukey")) { t <- as.data.frame(summary(pairs(emmeans(b, "group"), adjust = adjust), infer = TRUE)); for (i in seq_len(nrow(t))) say(paste("donors.block", adjust, sub(" - ", "-", t$contrast[i]), "p", sep = "."), t$p.value[i]) }
single <- function(model) { set.seed(1); summary(glht(model, linfct = mcp(group = "Dunnett")), test = adjusted("single-step", maxpts = 4e5, abseps = 1e-6))$test$pvalues }
tests <- summary(glht(b, linfct = mcp(group = "Dunnett")), test = adjusted("none"))$test; for (i in 2:4) say(paste0("donors.block.dunnett.control-", groups[i], ".p"), dunnett(abs(tests$tstat[i - 1]), rep(sqrt(.5), 3), 6))
keep <- d[-c(2, 11), ]; G <- single(aov(value ~ block + group, keep)); for (i in 2:4) say(paste0("donors.incomplete.dunnett.control-", groups[i], ".p"), G[i - 1])
fr <- friedman.test(value ~ group | block, d); say("donors.friedman.chi", fr$statistic); say("donors.friedman.chi_p", fr$p.value)
# exact: all (4!)^2 orders of blocks two and three against the first
perms <- function(v) if (length(v) < 2) list(v) else do.call(c, lapply(seq_along(v), function(i) lapply(perms(v[-i]), function(p) c(v[i], p))))
R <- t(sapply(split(d, d$block), function(x) rank(x$value))); seen <- sum(colSums(R)^2); P <- perms(1:4); hits <- 0
for (p in P) for (q in P) hits <- hits + (sum((R[1, ] + R[2, p] + R[3, q])^2) >= seen - 1e-9)
say("donors.friedman.p", hits / length(P)^2)
se <- sqrt(4 * 5 / (6 * 3)); M <- colMeans(R); names(M) <- groups
for (i in 1:3) for (j in (i + 1):4) say(paste0("donors.friedman_ranks.", key(groups[i], groups[j]), ".p"), 2 * pnorm(-abs(M[j] - M[i]) / se))
for (i in 1:3) for (j in (i + 1):4) {
  x <- d$value[d$group == groups[i]]; y <- d$value[d$group == groups[j]]; t <- t.test(y, x, paired = TRUE); name <- key(groups[i], groups[j])
  say(paste0("donors.paired_t.", name, ".p"), t$p.value); g <- hedges_g(y - x); say(paste0("donors.hedges_gz.", name, ".g"), g$Hedges_g); say(paste0("donors.hedges_gz.", name, ".low"), g$CI_low)
}
d <- sets[sets$set == "even", ]; x <- d$value[d$group == "il1b"]; y <- d$value[d$group == "usc"]; say("even.signed.v", wilcox.test(y, x, paired = TRUE)$statistic); say("even.signed.p", wilcox.test(y, x, paired = TRUE)$p.value)
tied <- c(1, -1, 2, 2, 3, -4, 5, 0); say("tied.signed.p", pvalue(wilcoxsign_test(tied ~ rep(0, 8), distribution = "exact", zero.method = "Wilcoxon"))); say("tied.signed.r", rank_biserial(tied)$r_rank_biserial)

# Two factors, sums of squares of type III with sum-to-zero contrasts.
options(contrasts = c("contr.sum", "contr.poly"))
for (set in c("warp", "warp_uneven")) {
  d <- sets[sets$set == set, ]; d$wool <- factor(substr(d$group, 1, 1)); d$tension <- factor(substr(d$group, 2, 2))
  t <- Anova(lm(value ~ wool * tension, d), type = 3)
  for (term in c("wool", "tension", "wool:tension")) f_row(paste(set, "two_way", term, sep = "."), t[term, "F value"], t[term, "Df"], t["Residuals", "Df"], t[term, "Pr(>F)"])
}
# Noncentrality limits of t and F, and simultaneous tails.
say("ptukey.3.4.6", ptukey(4, 3, 6, lower.tail = FALSE)); say("qtukey.5.12", qtukey(.95, 5, 12)); say("ptukey.4.3.5", ptukey(3, 4, 5.5, lower.tail = FALSE))
result <- do.call(rbind, out); write.csv(result, "bench_tests.csv", row.names = FALSE, quote = FALSE)
session <- sessionInfo(); packages <- vapply(session$otherPkgs, function(p) paste(p$Package, p$Version), "")
writeLines(c(session$R.version$version.string, sort(packages), paste("rstatix", packageVersion("rstatix"))), "bench_tests_session.txt")
