# Expected values of test_repeated_measures.py and test_two_way_anova.py (R with car and afex).
# Run in this folder: Rscript time_courses.R; it writes time_courses_data.csv, time_courses_numbers.csv and
# time_courses_session.txt.
suppressPackageStartupMessages({library(car); library(afex)})
set.seed(20240312)
options(contrasts = c("contr.sum", "contr.poly"))
data <- list(); numbers <- list()

keep <- function(case, frame) data[[case]] <<- cbind(case = case, frame[, c("subject", "condition", "time", "value")])
say <- function(case, method, effect, ...) {
  numbers[[length(numbers) + 1]] <<- data.frame(case = case, method = method, effect = effect, ...)
}

# R's own p-value of Mauchly's W has the number of measures in one place where the series (Anderson 2003, 10.7) has the
# number of contrasts, so that car's depends on the other factor's levels; this is the series.
mauchly_pvalue <- function(w, contrasts, df) {
  k <- contrasts
  rho <- 1 - (2 * k^2 + k + 2) / (6 * k * df)
  second <- (k + 2) * (k - 1) * (k - 2) * (2 * k^3 + 6 * k^2 + 3 * k + 2) / (288 * (df * k * rho)^2)
  tails <- pchisq(-df * rho * log(w), k * (k + 1) / 2 - 1 + c(0, 4), lower.tail = FALSE)
  tails[1] + second * (tails[2] - tails[1])
}

within_table <- function(case, method, model, ges) {
  # condition:time of a mixed design has (groups - 1) times as many df as contrasts
  groups <- function(term) if (method == "mixed" && grepl("condition", term)) model$df[["condition"]] else 1
  # univariate tests, epsilons and Mauchly's test of car::Anova(idata)
  found <- summary(model, multivariate = FALSE)
  tests <- found$univariate.tests; spheric <- found$sphericity.tests; fixed <- found$pval.adjustments
  for (term in setdiff(rownames(tests), "(Intercept)")) {
    effect <- paste(sort(strsplit(term, ":")[[1]]), collapse = ":")
    one <- if (term %in% rownames(fixed)) fixed[term, ] else rep(NA, 4)
    ball <- if (term %in% rownames(spheric)) spheric[term, ] else c(NA, NA)
    f <- tests[term, "F value"]
    # car stops at its own epsilons above 1; p of Huynh-Feldt with epsilon at most 1
    say(case, method, effect, statistic = f, df1 = tests[term, "num Df"], df2 = tests[term, "den Df"],
        pvalue = pf(f, tests[term, "num Df"], tests[term, "den Df"], lower.tail = FALSE),
        epsilon_gg = one[[1]], pvalue_gg = one[[2]], epsilon_hf = one[[3]], pvalue_hf = one[[4]],
        mauchly_w = ball[[1]], mauchly_pvalue_car = ball[[2]],
        mauchly_pvalue = mauchly_pvalue(ball[[1]], tests[term, "num Df"] / groups(term), model$error.df),
        partial = tests[term, "Sum Sq"] / (tests[term, "Sum Sq"] + tests[term, "Error SS"]),
        generalized = ges[effect])
  }
}

generalized <- function(frame, between, within) {
  found <- suppressMessages(aov_ez("subject", "value", frame, between = between, within = within,
                                   anova_table = list(es = "ges", correction = "none")))$anova_table
  setNames(found[["ges"]], sapply(strsplit(rownames(found), ":"), function(x) paste(sort(x), collapse = ":")))
}

repeated <- function(case, frame) {
  keep(case, frame)
  cells <- expand.grid(time = levels(frame$time), condition = levels(frame$condition))
  wide <- t(sapply(split(frame, frame$subject), function(one)
    one$value[match(paste(cells$condition, cells$time), paste(one$condition, one$time))]))
  model <- Anova(lm(wide ~ 1), idata = cells, idesign = ~ condition * time, type = "III")
  within_table(case, "two_way_repeated", model, generalized(frame, NULL, c("condition", "time")))
  # stats::aov says the same, by another route
  strata <- summary(aov(value ~ condition * time + Error(subject / (condition * time)), frame))
  for (name in c("condition", "time", "condition:time")) {
    row <- strata[[paste0("Error: subject:", name)]][[1]]
    say(case, "aov", name, statistic = row[1, "F value"], df1 = row[1, "Df"], df2 = row[2, "Df"], pvalue = row[1, "Pr(>F)"],
        epsilon_gg = NA, pvalue_gg = NA, epsilon_hf = NA, pvalue_hf = NA, mauchly_w = NA,
        mauchly_pvalue_car = NA, mauchly_pvalue = NA, partial = NA, generalized = NA)
  }
}

mixed <- function(case, frame) {
  keep(case, frame)
  times <- data.frame(time = factor(levels(frame$time), levels(frame$time)))
  subjects <- levels(frame$subject)
  wide <- t(sapply(subjects, function(s) {
    one <- frame[frame$subject == s, ]; one$value[match(times$time, one$time)]
  }))
  condition <- frame$condition[match(subjects, frame$subject)]
  model <- Anova(lm(wide ~ condition), idata = times, idesign = ~ time, type = "III")
  within_table(case, "mixed", model, generalized(frame, "condition", "time"))
}

between <- function(case, frame, formula = value ~ condition * time) {
  keep(case, frame)
  for (type in c("II", "III")) {
    table <- Anova(lm(formula, frame), type = type)
    error <- table["Residuals", ]
    for (name in c("condition", "time", "condition:time")) {
      say(case, paste("two_way", type), name, statistic = table[name, "F value"], df1 = table[name, "Df"],
          df2 = error[["Df"]], pvalue = table[name, "Pr(>F)"], epsilon_gg = NA, pvalue_gg = NA, epsilon_hf = NA,
          pvalue_hf = NA, mauchly_w = NA, mauchly_pvalue_car = NA, mauchly_pvalue = NA,
          partial = table[name, "Sum Sq"] / (table[name, "Sum Sq"] + error[["Sum Sq"]]), generalized = NA)
    }
  }
}

simulated <- function(subjects, conditions, times, spread = 0.3) {
  frame <- expand.grid(time = factor(paste0("t", seq_len(times) * 12), paste0("t", seq_len(times) * 12)),
                       condition = factor(letters[seq_len(conditions)]), subject = factor(sprintf("s%02d", seq_len(subjects))))
  own <- rnorm(subjects, sd = 0.5)[frame$subject]
  slope <- rnorm(subjects, sd = 0.1)[frame$subject] * as.integer(frame$time)
  frame$value <- 2 + own + slope + 0.15 * as.integer(frame$condition) * as.integer(frame$time) + rnorm(nrow(frame), sd = spread)
  frame
}

# a real data set: 16 people in 3 phases x 5 hours, treatment set aside (O'Brien & Kaiser 1985, carData)
wide <- OBrienKaiser
real <- data.frame(subject = factor(sprintf("p%02d", rep(1:16, each = 15))),
                   condition = factor(rep(rep(c("pre", "post", "fup"), each = 5), 16), c("pre", "post", "fup")),
                   time = factor(rep(paste0("h", 1:5), 48)), value = as.vector(t(as.matrix(wide[, 3:17]))))
repeated("obrien_kaiser_phases", real)
repeated("repeated_5x3x4", simulated(5, 3, 4))
repeated("repeated_3x6x4", simulated(3, 6, 4))
repeated("repeated_12x2x3", simulated(12, 2, 3))
repeated("repeated_4x2x2", simulated(4, 2, 2))

# the same people between treatments (5, 4, 7 of them) over the hours of the first phase
pre <- real[real$condition == "pre", ]; pre$condition <- rep(factor(as.character(wide$treatment)), each = 5)
mixed("obrien_kaiser_treatments", droplevels(pre))
grown <- simulated(12, 1, 4); grown$condition <- factor(rep(c("a", "b", "c"), each = 16))
mixed("mixed_4_4_4", grown)
mixed("mixed_3_4_4", droplevels(grown[grown$subject != "s02", ]))
mixed("mixed_2_times", droplevels(grown[grown$time %in% c("t12", "t48"), ]))

# CCK-8, 3 groups x 4 wells x 4 times: the rows of stats_cck8_mixed.csv.gz
set.seed(7)
wells <- expand.grid(time = c(0, 24, 48, 72), well = 1:4, condition = c("IL1b", "USC", "EXO"))
wells$subject <- factor(paste0(wells$condition, wells$well), unique(paste0(wells$condition, wells$well)))
own <- rnorm(12, 0, .05); names(own) <- levels(wells$subject)
wells$value <- round(.3 + .006 * wells$time * c(IL1b = .7, USC = 1, EXO = 1.15)[as.character(wells$condition)] +
                       own[as.character(wells$subject)] + rnorm(48, 0, .04), 4)
wells$time <- factor(paste0("t", wells$time), paste0("t", c(0, 24, 48, 72)))
mixed("cck8_wells", wells)

set.seed(11)
plates <- simulated(4, 3, 3)
between("two_way_balanced", plates)
between("two_way_unbalanced", plates[-c(2, 7, 11, 30, 31), ])
between("two_way_blocked", plates[-c(2, 7, 30), ], value ~ subject + condition * time)

options(digits = 17)
out <- do.call(rbind, data); rownames(out) <- NULL
out$value <- format(out$value, digits = 17, trim = TRUE)
write.csv(out, "time_courses_data.csv", row.names = FALSE, quote = FALSE)
all <- do.call(rbind, numbers); rownames(all) <- NULL
for (n in names(all)) if (is.numeric(all[[n]])) all[[n]] <- ifelse(is.na(all[[n]]), "", format(all[[n]], digits = 17, trim = TRUE))
write.csv(all, "time_courses_numbers.csv", row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste(c("car", "afex"), sapply(c("car", "afex"), function(p) as.character(packageVersion(p))))),
           "time_courses_session.txt")
