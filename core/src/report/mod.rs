//! Answers to published text, a file per format, pure. The rich text with source lines is the command line's.
