# DESeq2 from size factors to the table of results. Rscript peer.R <folder> <significant features, written>
# Prints CPU seconds (user and system; packages and counts are loaded before) and the process' peak memory in MB.
suppressPackageStartupMessages(library(DESeq2))
where <- commandArgs(TRUE)
info <- read.csv(file.path(where[1], "samples.csv"), stringsAsFactors = TRUE)
info$group <- relevel(info$group, "control")
counts <- matrix(readBin(file.path(where[1], "counts"), "integer", 1e9), ncol = nrow(info), byrow = TRUE)
rownames(counts) <- seq_len(nrow(counts)) - 1
dds <- DESeqDataSetFromMatrix(counts, info, if ("block" %in% names(info)) ~ block + group else ~group)
before <- proc.time()
found <- results(DESeq(dds, quiet = TRUE), contrast = c("group", "treated", "control"), alpha = .05)
used <- proc.time() - before
writeLines(rownames(counts)[which(found$padj < .05 & abs(found$log2FoldChange) > 1)], where[2])
peak <- sub("\\D+(\\d+) kB", "\\1", grep("^VmHWM", readLines("/proc/self/status"), value = TRUE))
cat(used[1] + used[2], as.numeric(peak) / 1024)
