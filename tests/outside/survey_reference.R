# Estimates and standard errors of survey_samples.csv by R's packages survey (Lumley) and sampling
# (Tille and Matei), written to survey_reference.json. Run once; tests/test_estimators.py reads it.
suppressPackageStartupMessages({
  library(survey)
  library(sampling)
})
here <- "tests/outside/"
all <- read.csv(paste0(here, "survey_samples.csv"))
N <- 200000
take <- function(name) {
  rows <- all[all$sample == name, ]
  rows$ones <- 1
  rows
}
out <- list()
note <- function(name, value) out[[name]] <<- sprintf("%.17g", as.numeric(value))
mean_and_error <- function(name, design) {
  for (asked in c("spend", "default")) {
    result <- svymean(reformulate(asked), design)
    note(paste(name, asked, "mean"), coef(result))
    note(paste(name, asked, "error"), SE(result))
  }
}

simple <- take("simple")
simple$fpc <- N
mean_and_error("simple", svydesign(~1, data = simple, fpc = ~fpc))

strata <- take("strata")
strata$size <- ave(strata$weight, strata$stratum, FUN = sum)
mean_and_error("strata", svydesign(~1, strata = ~stratum, weights = ~weight, fpc = ~size, data = strata))
mean_and_error("strata, replaced", svydesign(~1, strata = ~stratum, weights = ~weight, data = strata))

heaps <- take("clusters")
heaps$districts <- 200
mean_and_error("clusters", svydesign(~cluster, weights = ~weight, fpc = ~districts, data = heaps))
note("clusters df", degf(svydesign(~cluster, weights = ~weight, data = heaps)))

staged <- take("two-stage")
mean_and_error("two-stage", svydesign(~cluster, weights = ~weight, data = staged))
staged$half <- staged$borough %/% 2
mean_and_error("two-stage in strata", svydesign(~cluster, strata = ~half, weights = ~weight, data = staged, nest = TRUE))

sized <- take("pps")
mean_and_error("pps", svydesign(~1, weights = ~weight, data = sized))
for (asked in c("spend", "default")) {
  note(paste("Horvitz-Thompson", asked), HTestimator(sized[[asked]], 1 / sized$weight) / N)
  note(paste("Hajek", asked), Hajekestimator(sized[[asked]], 1 / sized$weight))
}
for (k in 1:5) note(paste("inclusion of", k), inclusionprobabilities(c(1, 2, 3, 30, 64), 3)[k])

app <- take("app")
counts <- function(column) {
  whole <- read.csv(paste0(here, "survey_margins.csv"))
  margin <- whole[whole$margin == column, ]
  frame <- data.frame(class = margin$class, Freq = margin$people)
  names(frame)[1] <- column
  frame
}
volunteers <- svydesign(~1, weights = ~weight, data = app)
by_age <- postStratify(volunteers, ~age, counts("age"))
for (asked in c("spend", "default")) note(paste("post-stratified", asked), coef(svymean(reformulate(asked), by_age)))
raked <- rake(volunteers, list(~age, ~borough), list(counts("age"), counts("borough")),
              control = list(maxit = 2000, epsilon = 1e-10, verbose = FALSE))
for (asked in c("spend", "default")) note(paste("raked", asked), coef(svymean(reformulate(asked), raked)))

phases <- take("two-phase")
phases$in_second <- phases$asked == 1
phases$N <- N
second <- twophase(id = list(~1, ~1), strata = list(NULL, ~stratum), fpc = list(~N, NULL),
                   data = phases, subset = ~in_second, method = "full")
for (asked in c("spend", "default")) {
  result <- svymean(reformulate(asked), second)
  note(paste("two-phase", asked, "mean"), coef(result))
  note(paste("two-phase", asked, "error"), SE(result))
}

lines <- sprintf('  "%s": %s', names(out), unlist(out))
versions <- sprintf('  "versions": "R %s, survey %s, sampling %s"', getRversion(),
                    packageVersion("survey"), packageVersion("sampling"))
writeLines(c("{", paste0(c(versions, lines), c(rep(",", length(lines)), "")), "}"),
           paste0(here, "survey_reference.json"))
