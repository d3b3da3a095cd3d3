# Expected values of test_group_model.py. Run in this folder: Rscript randomised_block.R > randomised_block_R.txt
value <- c(5.1, 6.3, 7.9, 4.2, 5.9, 6.4, 6.6, 7.1, 9.8, 5.0, 6.1, 6.9)
group <- factor(rep(c("a", "b", "c"), 4))
donor <- factor(rep(c("p", "q", "r", "s"), each = 3))
say <- function(name, number) cat(name, " = ", format(number, digits = 15), "\n", sep = "")
table <- summary(aov(value ~ donor + group))[[1]]
say("F", table[2, "F value"]); say("p", table[2, "Pr(>F)"]); say("df1", table[2, "Df"]); say("df2", table[3, "Df"])
mse <- table[3, "Mean Sq"]; df <- table[3, "Df"]; means <- tapply(value, group, mean)
for (pair in list(c("a", "b"), c("a", "c"), c("b", "c"))) {
  d <- means[[pair[2]]] - means[[pair[1]]]; se <- sqrt(mse * 2 / 4); width <- qt(1 - 0.05 / 6, df) * se
  name <- paste(pair, collapse = "")
  say(paste0(name, ".d"), d); say(paste0(name, ".lo"), d - width); say(paste0(name, ".hi"), d + width)
  say(paste0(name, ".padj"), min(1, 3 * 2 * pt(-abs(d / se), df)))
}
keep <- -c(3, 7)
model <- lm(value ~ donor + group, subset = keep)
say("incomplete.F", anova(lm(value ~ donor, subset = keep), model)[2, "F"])
say("incomplete.ac.p", summary(model)$coefficients["groupc", "Pr(>|t|)"])
print(sessionInfo()$R.version$version.string)
