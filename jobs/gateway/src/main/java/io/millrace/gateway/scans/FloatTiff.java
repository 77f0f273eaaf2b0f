package io.millrace.gateway.scans;

import io.millrace.detector.ScanImage;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferFloat;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** An image as a TIFF file with one float of 32 bits a pixel, as ImageJ and others read it. */
final class FloatTiff {
  private FloatTiff() {}

  /** All pixels, flyback column included, with the values that they have. */
  static byte[] of(ScanImage image) {
    int columns = image.columns();
    int rows = image.rows();
    float[] values = new float[image.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) image.values()[i];
    }
    WritableRaster raster =
        Raster.createWritableRaster(
            new BandedSampleModel(DataBuffer.TYPE_FLOAT, columns, rows, 1),
            new DataBufferFloat(values, values.length),
            null);
    ColorModel grey =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_FLOAT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(new BufferedImage(grey, raster, false, null), "tiff", out)) {
        throw new IllegalStateException("this Java cannot write TIFF files of floats");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }
}
