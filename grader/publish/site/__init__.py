"""The course as a static site: the book, exercises that run in the page, the Layer Explorer."""
