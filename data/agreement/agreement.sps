* What PSPP gives for the cases. Run by pspp.R, which also tidies the output.
* Alone, in this folder:  pspp -O format=csv -o output.csv agreement.sps
* The same commands run in SPSS, where the files would be opened with its own dialogue.

SET DECIMAL=DOT.
SET FORMAT=F40.16.

* Signed-rank test: each difference against nothing.
GET DATA /TYPE=TXT /FILE='cases_differences.csv' /ARRANGEMENT=DELIMITED /DELIMITERS=',' /FIRSTCASE=2
  /VARIABLES=case A32 position F8.0 difference F40.16.
COMPUTE nothing = 0.
FORMATS nothing (F40.16).
SORT CASES BY case position.
SPLIT FILE BY case.
NPAR TESTS /WILCOXON=difference WITH nothing (PAIRED) /METHOD=EXACT.

* Percentiles and hinges: EXAMINE, then FREQUENCIES, which has a rule of its own.
GET DATA /TYPE=TXT /FILE='cases_samples.csv' /ARRANGEMENT=DELIMITED /DELIMITERS=',' /FIRSTCASE=2
  /VARIABLES=case A32 position F8.0 value F40.16.
SORT CASES BY case position.
SPLIT FILE BY case.
EXAMINE value /PERCENTILES(10 25 50 75 90)=HAVERAGE.
FREQUENCIES value /FORMAT=NOTABLE /PERCENTILES=10 25 50 75 90.

* Fisher's exact test.
GET DATA /TYPE=TXT /FILE='cases_tables.csv' /ARRANGEMENT=DELIMITED /DELIMITERS=',' /FIRSTCASE=2
  /VARIABLES=case A32 group F8.0 outcome F8.0 patients F8.0.
SELECT IF patients > 0.
SORT CASES BY case (A) group (A) outcome (D).
SPLIT FILE BY case.
WEIGHT BY patients.
CROSSTABS group BY outcome /STATISTICS=CHISQ /FORMAT=NOTABLES.
