package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;

class FloatTiffTest {
  @Test
  void valuesComeBackAsTheyWere() throws IOException {
    double[] values = {1.5, -2.25, Double.NaN, 4_294_967_295d, 0, 1e-20};
    byte[] tiff = FloatTiff.of(new ScanImage(1, "com_x", "", Axes.SCAN, 2, 3, false, values));
    ImageReader reader = ImageIO.getImageReadersByFormatName("tiff").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(tiff))) {
      reader.setInput(in);
      Raster raster = reader.read(0).getRaster();
      assertThat(raster.getSampleModel().getDataType()).isEqualTo(DataBuffer.TYPE_FLOAT);
      assertThat(raster.getWidth()).isEqualTo(3);
      assertThat(raster.getPixels(0, 0, 3, 2, (float[]) null))
          .containsExactly(1.5f, -2.25f, Float.NaN, 4_294_967_296f, 0, 1e-20f);
    }
  }
}
