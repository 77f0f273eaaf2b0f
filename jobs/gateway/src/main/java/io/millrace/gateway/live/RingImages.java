package io.millrace.gateway.live;

import io.millrace.operators.images.VirtualDetector;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images of rings that somebody asks for once, outside of a web socket. */
public final class RingImages {
  private RingImages() {}

  /**
   * Electrons in a ring, by position of a scan, flyback included; NaN where its events are not
   * here.
   */
  public static float[] values(LiveScan scan, VirtualDetector ring) {
    RingPixels pixels = new RingPixels(ring, scan.detectorRows(), scan.detectorColumns());
    return scan.values(pixels, new Rows(0, scan.geometry().height()));
  }

  /** The same of several rings, as the web socket's messages of images, one behind the other. */
  public static byte[] messages(LiveScan scan, List<VirtualDetector> rings) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (VirtualDetector ring : rings) {
      Map<String, Object> header = new LinkedHashMap<>();
      header.put("kind", "image");
      header.put("scan", scan.id());
      header.put("name", ring.name());
      header.put("firstRow", 0);
      header.put("rows", scan.geometry().height());
      header.put("width", scan.geometry().width());
      header.put("type", "f32");
      byte[] message = ViewerMessage.floats(header, values(scan, ring)).bytes().array();
      all.write(message, 0, message.length);
    }
    return all.toByteArray();
  }
}
