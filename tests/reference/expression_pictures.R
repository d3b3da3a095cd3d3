# What DESeq2's plotPCA, R's dist and hclust give for a table of stabilised counts, drawn here.
# Rscript expression_pictures.R OUT
suppressPackageStartupMessages(library(DESeq2))
out <- commandArgs(TRUE)[1]
set.seed(20261128)
features <- 1200; samples <- 9
group <- factor(rep(c("a", "b", "c"), each = 3))
base <- rnorm(features, 8, 2)
effect <- matrix(0, features, 3); effect[1:60, 2] <- 1.5; effect[40:90, 3] <- -2
values <- base + effect[, as.integer(group)] + matrix(rnorm(features * samples, 0, 0.4), features)
values <- round(values, 3)
dimnames(values) <- list(sprintf("F%04d", 1:features), paste0("s", 1:samples))
table <- DESeqTransform(SummarizedExperiment(values, colData = DataFrame(group = group, row.names = colnames(values))))
plane <- plotPCA(table, intgroup = "group", ntop = 500, returnData = TRUE)
top <- order(rowVars(values), decreasing = TRUE)[1:500]
parts <- prcomp(t(values[top, ]))
apart <- dist(t(values))
merged <- hclust(apart, "complete")
# z-scores of the 40 most variable features, clustered as a heatmap clusters its rows
rows <- order(rowVars(values), decreasing = TRUE)[1:40]
scores <- t(scale(t(values[rows, ])))
trees <- hclust(dist(scores), "complete")
numbers <- list(pc1 = plane$PC1, pc2 = plane$PC2, percent = 100 * attr(plane, "percentVar"),
                pc9_percent = 100 * parts$sdev^2 / sum(parts$sdev^2), distances = as.vector(apart),
                heights = merged$height, z_first = scores[1, ], z_heights = trees$height)
con <- gzfile(file.path(out, "expression_pictures.csv.gz"), "w")
write.csv(values, con, quote = FALSE); close(con)
lines <- vapply(names(numbers), function(n) paste(c(n, format(numbers[[n]], digits = 15, trim = TRUE)), collapse = ","), "")
writeLines(lines, file.path(out, "expression_pictures_numbers.csv"))
writeLines(capture.output(sessionInfo()), file.path(out, "expression_pictures_session.txt"))
