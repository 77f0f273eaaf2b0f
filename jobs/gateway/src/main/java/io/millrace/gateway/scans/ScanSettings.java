package io.millrace.gateway.scans;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a gateway hears of scans, and what it may give away.
 *
 * @param results folders that files are looked for in, and may be given away from
 * @param zooKeeper its connect string; null if nobody is asked
 * @param liveListen where jobs publish to, such as {@code tcp://127.0.0.1:5570}
 * @param liveAddress where jobs reach that; null if it is what is listened on
 * @param eventBytes memory that the events of scans under way may take
 */
public record ScanSettings(
    List<Path> results, String zooKeeper, String liveListen, String liveAddress, long eventBytes) {
  /** Copies the list. */
  public ScanSettings {
    results = List.copyOf(results);
  }
}
