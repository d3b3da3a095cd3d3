# Expected values of group tests on files that instruments wrote, read here by R itself.
# Run in this folder: Rscript real_bench_tests.R FOLDER, where FOLDER holds plate_reader/, qpcr/, cell_imaging_counts/
# and western/ with the files named below. Needs emmeans, rstatix (Debian: r-cran-*).
# Writes real_bench_tests.csv (name, value: results alone, no data) and real_bench_tests_session.txt.
# Wells, lanes and runs stand for cultures here: it is the arithmetic on real numbers that is compared.
suppressPackageStartupMessages({ library(emmeans); library(rstatix) })
emm_options(opt.digits = FALSE)
folder <- commandArgs(TRUE)[1]
file <- function(...) file.path(folder, ...)
out <- list()
say <- function(name, value) out[[length(out) + 1]] <<- data.frame(name = name, value = sprintf("%.17g", as.numeric(value)))
# P(studentised range > q) by nested adaptive integration: ptukey's fixed rule is off below about 4 degrees of freedom
# (at df 2.5 by a tenth of the tail, at df 3.4 it gives 0 for 3e-5).
range_below <- function(w, k) sapply(w, function(w) if (w <= 0) 0 else k * integrate(function(z) dnorm(z) * (pnorm(z) - pnorm(z - w))^(k - 1), -9, 9, rel.tol = 1e-11, subdivisions = 2000)$value)
range_tail <- function(q, k, df) integrate(function(u) { s <- exp(u); (1 - range_below(q * s, k)) * 2 * df * s^2 * dchisq(df * s^2, df) }, -30, 4, rel.tol = 1e-10, subdivisions = 2000)$value
# P(largest |t| against one control > t), as in bench_tests.R
dunnett <- function(t, lambda, df) {
  rest <- sqrt(1 - lambda^2)
  inside <- function(s) sapply(s, function(s) integrate(function(z) { p <- dnorm(z); for (i in seq_along(lambda)) p <- p * (pnorm((lambda[i] * z + t * s) / rest[i]) - pnorm((lambda[i] * z - t * s) / rest[i])); p }, -8.5, 8.5, rel.tol = 1e-10)$value)
  1 - integrate(function(s) inside(s) * 2 * df * s * dchisq(df * s^2, df), 0, 4, rel.tol = 1e-10, subdivisions = 300)$value
}
cells_of <- function(line, sep) { x <- strsplit(line, sep)[[1]]; x[-1] }

growth <- local({  # Gen5: the first read of a kinetic plate, rows A to D by columns 1 to 6
  lines <- readLines(file("plate_reader/agilent_gen5/kinetic_helper_gene_growth_curve.txt"), encoding = "UTF-8", warn = FALSE)
  head <- strsplit(lines[grep("^Time\tT", lines)][1], "\t")[[1]][-(1:2)]; value <- as.numeric(strsplit(lines[grep("^0:00:22\t", lines)][1], "\t")[[1]][-(1:2)])
  d <- data.frame(group = substr(head, 1, 1), block = substr(head, 2, 9), value = value); d[d$group %in% LETTERS[1:4], ]
})
pax6 <- local({  # QuantStudio: -Cq of PAX6 in three wells of four cultures
  d <- read.csv(file("qpcr/auto_qpcr/RELATIVE_example.csv"), skip = 46, check.names = FALSE, fileEncoding = "UTF-8")
  d <- d[d$`Target Name` == "PAX6", ]; cq <- d[[grep("^C.$", names(d))[1]]]
  data.frame(group = d$`Sample Name`, block = ave(cq, d$`Sample Name`, FUN = seq_along), value = -as.numeric(cq))
})
elisa <- local({  # EnVision: columns 4, 7, 10 and 12 of the first plate, eight wells each
  lines <- readLines(file("plate_reader/perkin_elmer_envision/PE_Envision_absorbance_A450_example.csv"), warn = FALSE)
  rows <- lines[grep("^Results for", lines)[1] + 2:9]
  do.call(rbind, lapply(c(4, 7, 10, 12), function(k) data.frame(group = k, block = LETTERS[1:8], value = sapply(rows, function(r) as.numeric(cells_of(r, ",")[k])))))
})
cells <- local({  # Gen5 Image: percent of cells that are positive, columns 1, 3, 5 and 7 within rows A to H
  lines <- readLines(file("cell_imaging_counts/agilent_gen5_image/Cell_Count_DAPI_GFP.txt"), encoding = "latin1", warn = FALSE)
  total <- grep("\tCell Count$", lines, useBytes = TRUE); total <- total[grepl("^[A-H]\t", lines[total], useBytes = TRUE)]
  percent <- function(i) 100 * as.numeric(strsplit(lines[i + 1], "\t")[[1]][2:13]) / as.numeric(strsplit(lines[i], "\t")[[1]][2:13])
  do.call(rbind, lapply(c(1, 3, 5, 7), function(k) data.frame(group = k, block = LETTERS[1:8], value = sapply(total, function(i) percent(i)[k]))))
})
blot <- local({  # ImageJ: mean intensity of lanes 1 to 3, 4 to 6, 7 to 10
  d <- read.csv(file("western/imagej_Results.csv"), check.names = FALSE)
  data.frame(group = rep(c("a", "b", "c"), c(3, 3, 4)), block = 1:10, value = d$Mean)
})
viable <- local({  # Vi-CELL BLU: viability of the first five runs and of the last five
  d <- read.csv(file("cell_imaging_counts/beckman_vi_cell_blu/Beckman_Vi-Cell-BLU_example01.csv"), nrows = 10, check.names = FALSE)
  data.frame(group = rep(c("first", "last"), each = 5), block = 1:10, value = d$`Viability (%)`)
})
sets <- list(growth = growth, pax6 = pax6, elisa = elisa, cells = cells, blot = blot, viable = viable)

for (set in names(sets)) {
  d <- sets[[set]]; d$group <- factor(d$group, unique(d$group)); d$block <- factor(d$block); lv <- levels(d$group); k <- length(lv)
  tag <- function(...) paste(set, ..., sep = ".")
  say(tag("n"), nrow(d))
  for (i in 1:k) say(tag("mean", i), mean(d$value[d$group == lv[i]]))
  a <- aov(value ~ group, d); s <- summary(a)[[1]]; say(tag("one_way.f"), s[1, 4]); say(tag("one_way.p"), s[1, 5])
  w <- oneway.test(value ~ group, d); say(tag("welch.f"), w$statistic); say(tag("welch.df2"), w$parameter[2]); say(tag("welch.p"), w$p.value)
  h <- kruskal.test(value ~ group, d); say(tag("kruskal.h"), h$statistic)
  em <- emmeans(a, "group")
  b <- if (set %in% c("growth", "cells")) aov(value ~ block + group, d) else NULL
  if (!is.null(b)) {
    s <- summary(b)[[1]]; say(tag("block.f"), s[2, 4]); say(tag("block.p"), s[2, 5])
    say(tag("friedman.chi"), friedman.test(value ~ group | block, d)$statistic)
  }
  post <- function(model, name, adjust) {
    t <- as.data.frame(summary(pairs(emmeans(model, "group"), adjust = adjust, reverse = FALSE), infer = TRUE)); n <- 0
    for (i in 1:(k - 1)) for (j in (i + 1):k) {
      n <- n + 1; pair <- paste0(i, "-", j)
      say(tag(name, pair, "p"), t$p.value[n]); say(tag(name, pair, "low"), -t$upper.CL[n]); say(tag(name, pair, "high"), -t$lower.CL[n])
    }
  }
  for (adjust in c("bonferroni", "holm", "tukey")) post(a, adjust, adjust)
  if (!is.null(b)) for (adjust in c("bonferroni", "tukey")) post(b, paste0("block_", adjust), adjust)
  n <- tabulate(d$group); lambda <- sqrt(n[-1] / (n[-1] + n[1])); mse <- sum(residuals(a)^2) / a$df.residual
  if (k > 2) for (j in 2:k) {
    t <- abs(mean(d$value[d$group == lv[j]]) - mean(d$value[d$group == lv[1]])) / sqrt(mse * (1 / n[1] + 1 / n[j]))
    say(tag("dunnett", paste0("1-", j), "p"), dunnett(t, lambda, a$df.residual))
  }
  dunn <- if (k > 2) as.data.frame(dunn_test(d, value ~ group, p.adjust.method = "holm"))
  for (i in 1:(k - 1)) for (j in (i + 1):k) {
    x <- d$value[d$group == lv[i]]; y <- d$value[d$group == lv[j]]; pair <- paste0(i, "-", j)
    t <- t.test(y, x, var.equal = TRUE); say(tag("student", pair, "t"), t$statistic); say(tag("student", pair, "p"), t$p.value); say(tag("student", pair, "low"), t$conf.int[1])
    v <- t.test(y, x); say(tag("welch_t", pair, "t"), v$statistic); say(tag("welch_t", pair, "df"), v$parameter); say(tag("welch_t", pair, "p"), v$p.value)
    if (k > 2) { say(tag("games_howell", pair, "p"), range_tail(abs(v$statistic) * sqrt(2), k, v$parameter)); z <- dunn[dunn$group1 == lv[i] & dunn$group2 == lv[j], ]; say(tag("dunn", pair, "p"), z$p); say(tag("dunn", pair, "holm"), z$p.adj) }
    else say(tag("mann_whitney", pair, "p"), wilcox.test(y, x, exact = TRUE)$p.value)
    if (!is.null(b)) say(tag("paired", pair, "p"), t.test(y, x, paired = TRUE)$p.value)
  }
}
result <- do.call(rbind, out); write.csv(result, "real_bench_tests.csv", row.names = FALSE, quote = FALSE)
session <- sessionInfo(); writeLines(c(session$R.version$version.string, paste("emmeans", packageVersion("emmeans")), paste("rstatix", packageVersion("rstatix"))), "real_bench_tests_session.txt")
