package io.millrace.gateway.distiller;

/**
 * What the instance knows of a scan.
 *
 * @param scan the catalogue's id of it
 * @param uuid by which it is found there
 * @param id there; null before anybody knows that it was created
 * @param progress that was told last, in percent; -1 before anybody has tried to create it
 * @param told metadata and locations that were told last, as JSON; empty before
 * @param linked whether its job was told
 * @param pictured whether it has its thumbnail
 */
record ToldScan(
    String scan,
    String uuid,
    Long id,
    int progress,
    String told,
    boolean linked,
    boolean pictured) {

  /** Whether it may have been created, and nobody heard the answer. */
  boolean mayBeThere() {
    return id == null && progress >= 0;
  }

  ToldScan created(long there, String facts) {
    return new ToldScan(scan, uuid, there, 0, facts, linked, pictured);
  }

  ToldScan withProgress(int percent) {
    return new ToldScan(scan, uuid, id, percent, told, linked, pictured);
  }

  ToldScan withFacts(String facts) {
    return new ToldScan(scan, uuid, id, progress, facts, linked, pictured);
  }

  ToldScan withJob() {
    return new ToldScan(scan, uuid, id, progress, told, true, pictured);
  }

  ToldScan withPicture() {
    return new ToldScan(scan, uuid, id, progress, told, linked, true);
  }
}
