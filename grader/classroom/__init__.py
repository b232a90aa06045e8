"""A class at work: JupyterLab, collecting, grading with nbgrader, the class report."""
