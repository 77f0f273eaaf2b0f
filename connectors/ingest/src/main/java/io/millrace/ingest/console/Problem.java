package io.millrace.ingest.console;

/**
 * Something that an operator has to do something about.
 *
 * @param what is wrong, in a sentence
 * @param next what to do, in sentences
 */
record Problem(String what, String next) {}
