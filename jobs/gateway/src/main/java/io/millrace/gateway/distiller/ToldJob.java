package io.millrace.gateway.distiller;

/**
 * What the instance knows of the job of a session.
 *
 * @param id there; null before it was created
 * @param told its state and Slurm's id as they were told last, as JSON; empty before
 */
record ToldJob(String session, Long id, String told) {}
