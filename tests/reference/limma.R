# What limma and edgeR give for the simulated 3 x 3 counts, beyond the airway results: several contrasts
# from one design, quality weights, robust and trended priors, random blocks.
# Rscript limma.R COUNTS META OUT    (sim3x3_mrna_counts.csv.gz sim3x3_meta.csv.gz .)
suppressPackageStartupMessages({library(edgeR); library(limma)})
where <- commandArgs(TRUE)
counts <- as.matrix(read.csv(where[1], row.names = 1, check.names = FALSE))
meta <- read.csv(where[2], row.names = 1)[colnames(counts), ]
group <- relevel(factor(meta$group), "IL1b"); rep <- factor(meta$rep)
paired <- model.matrix(~rep + group); plain <- model.matrix(~group)
usc <- which(colnames(plain) == "groupUSC"); exo <- which(colnames(plain) == "groupEXO")
other <- relevel(group, "USC"); from_usc <- model.matrix(~rep + other)

y <- DGEList(counts)
y <- y[filterByExpr(y, paired), , keep.lib.sizes = FALSE]
y <- calcNormFactors(y)
t_of <- function(fit, column, ...) eBayes(fit, ...)$t[, column]
numbers <- list()
note <- function(name, values) numbers[[name]] <<- signif(values, 12)
prior <- function(name, fit) note(name, c(fit$df.prior[1], fit$s2.prior[1]))

v <- voom(y, paired)
fit <- eBayes(lmFit(v, paired)); prior("voom_prior", fit)
table <- data.frame(gene = rownames(y), voom_usc = fit$t[, "groupUSC"], voom_exo = fit$t[, "groupEXO"])
table$voom_exo_from_usc <- t_of(lmFit(voom(y, from_usc), from_usc), "otherEXO")
table$voom_robust <- t_of(lmFit(v, paired), "groupUSC", robust = TRUE)
table$voom_trend <- t_of(lmFit(v, paired), "groupUSC", trend = TRUE)
log_cpm <- cpm(y, log = TRUE, prior.count = 3)
table$trend_robust <- t_of(lmFit(log_cpm, paired), "groupUSC", trend = TRUE, robust = TRUE)
table$trend_treat_p <- treat(lmFit(log_cpm, paired), lfc = 0.5, trend = TRUE)$p.value[, "groupUSC"]

q <- voomWithQualityWeights(y, paired); note("quality_weights", q$targets$sample.weights)
table$quality <- t_of(lmFit(q, paired), "groupUSC")
note("array_weights_plain", arrayWeights(log_cpm, plain, method = "genebygene"))

u <- voom(y, plain)
d <- duplicateCorrelation(u, plain, block = rep); note("consensus_voom", d$consensus)
note("consensus_unweighted", duplicateCorrelation(log_cpm, plain, block = rep)$consensus)
u <- voom(y, plain, block = rep, correlation = d$consensus)
table$blocks <- t_of(lmFit(u, plain, block = rep, correlation = d$consensus), "groupUSC")
table$blocks_trend <- t_of(lmFit(log_cpm, plain, block = rep, correlation = d$consensus), "groupUSC", trend = TRUE)
uneven <- c(1, 1, 1, 1, 2, 2, 3, 3, 3)
note("consensus_uneven", duplicateCorrelation(u, plain, block = uneven)$consensus)

table[-1] <- signif(table[-1], 10)
write.csv(table[seq(1, nrow(table), 5), ], gzfile(file.path(where[3], "limma_sim3x3.csv.gz")), row.names = FALSE, quote = FALSE)
lines <- unlist(lapply(names(numbers), function(n) paste(c(n, format(numbers[[n]], digits = 12, trim = TRUE)), collapse = ",")))
writeLines(lines, file.path(where[3], "limma_sim3x3_numbers.csv"))
writeLines(grep("^(BLAS|LAPACK)", capture.output(sessionInfo()), value = TRUE, invert = TRUE), file.path(where[3], "limma_session.txt"))
