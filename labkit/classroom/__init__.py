"""Exercises: their tasks, the learner's copies, `check`, and the gate that checks the checks.

copies      the exercises handed out, and what the learner wrote left alone
start_page  the page that JupyterLab opens on
lab         the command `lab`
notebook    the cells of a notebook file
course      where solutions, exercises, copies and answers lie, and which lesson a word means
tasks       a solution notebook as tasks: solution, checks, hints
anatomy     what is wrong with the form of a solution notebook
attempt     which of the learner's cells belongs to which task
probe       runs a check beside the learner's code and describes what happened
kernel      the learner's cells in a Jupyter kernel, under time limits
verdict     what a learner reads about a task
checking    a learner's copy, task by task
memory      verdicts kept for copies that have not changed
report      words and marks on a terminal
check       the command `check`
trial       an exercise as plain Python in a process of its own, under a time limit
gate        the four-sided gate: solution, stub, wrong answers, right answers
"""
