package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import java.nio.ByteBuffer;

/**
 * The sectors of a module from a {@link SimulatedCamera}: frame f stands at position f, row by row,
 * one frame a position.
 */
final class SimulatedSectors implements SectorSource {
  private final SimulatedCamera camera;
  private final Faults faults;
  private final ScanGeometry geometry;
  private final int module;
  // Pictures that were taken beforehand; empty if each is taken when it is due.
  private final ByteBuffer[] album;

  private final SectorHeader current = new SectorHeader();
  private int[] order = new int[0];
  private int windowStart;
  private int inWindow;
  private boolean again;

  private long sectors;
  private long lostFrames;
  private long lostSectors;
  private long duplicates;

  /**
   * @param repeat 0 to take a picture for each frame; otherwise so many are taken beforehand and
   *     repeated, so that sending costs nothing. The headers are those of the frames
   */
  SimulatedSectors(
      SimulatedCamera camera,
      DetectorDescription detector,
      ScanGeometry geometry,
      int module,
      Faults faults,
      int repeat) {
    this(camera, geometry, module, faults, new ByteBuffer[Math.min(repeat, geometry.positions())]);
    for (int f = 0; f < album.length; f++) {
      album[f] = ByteBuffer.allocateDirect(detector.sectorBytes());
      camera.expose(f, f % geometry.width(), f / geometry.width(), album[f]);
    }
  }

  private SimulatedSectors(
      SimulatedCamera camera,
      ScanGeometry geometry,
      int module,
      Faults faults,
      ByteBuffer[] album) {
    this.camera = camera;
    this.faults = faults;
    this.geometry = geometry;
    this.module = module;
    this.album = album;
    count();
  }

  /** Another scan of the same camera. Pictures that were taken beforehand are those of this one. */
  SimulatedSectors of(long scan) {
    return new SimulatedSectors(camera.of(scan), geometry, module, faults.of(scan), album);
  }

  private void count() {
    for (int f = 0; f < geometry.positions(); f++) {
      if (faults.losesFrame(f)) {
        lostFrames++;
      } else if (faults.losesSector(f, module)) {
        lostSectors++;
      } else {
        duplicates += faults.duplicates(f, module) ? 1 : 0;
      }
    }
    sectors = geometry.positions() - lostFrames - lostSectors + duplicates;
  }

  @Override
  public int module() {
    return module;
  }

  @Override
  public long scan() {
    return faults.scan();
  }

  @Override
  public ScanGeometry geometry() {
    return geometry;
  }

  @Override
  public long sectors() {
    return sectors;
  }

  @Override
  public boolean next(SectorHeader header) {
    if (!again && !advance()) {
      return false;
    }
    again = !again && faults.duplicates(current.frame, module);
    header.set(current);
    return true;
  }

  private boolean advance() {
    while (true) {
      if (inWindow == order.length) {
        windowStart += order.length;
        order =
            faults.order(
                windowStart,
                Math.min(faults.reorder(), geometry.positions() - windowStart),
                module);
        inWindow = 0;
        if (order.length == 0) {
          return false;
        }
      }
      int frame = windowStart + order[inWindow++];
      if (!faults.losesFrame(frame) && !faults.losesSector(frame, module)) {
        current.set(
            faults.scan(),
            frame,
            geometry.width(),
            geometry.height(),
            frame % geometry.width(),
            frame / geometry.width(),
            0,
            module);
        return true;
      }
    }
  }

  @Override
  public boolean hasOwnPixels() {
    return album.length > 0;
  }

  @Override
  public ByteBuffer pixels(ByteBuffer slot) {
    if (hasOwnPixels()) {
      return album[(int) (current.frame % album.length)];
    }
    camera.expose(current.frame, current.x, current.y, slot);
    return slot;
  }

  /** Frames that no module sends. */
  long lostFrames() {
    return lostFrames;
  }

  /** Sectors that this module alone does not send. */
  long lostSectors() {
    return lostSectors;
  }

  /** Sectors that this module sends twice. */
  long duplicates() {
    return duplicates;
  }

  @Override
  public String account() {
    return lostFrames + lostSectors + duplicates == 0
        ? ""
        : "on purpose: %d frames lost, %d sectors lost, %d sectors sent twice"
            .formatted(lostFrames, lostSectors, duplicates);
  }

  @Override
  public void close() {}
}
