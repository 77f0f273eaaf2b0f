package io.millrace.benchmarks.plots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmarks.Row;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The pictures are well-formed, and show the numbers at their places. */
class ChartsTest {
  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> all(Document document, String tag) {
    NodeList nodes = document.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  private static List<String> texts(Document document) {
    return all(document, "text").stream().map(Element::getTextContent).toList();
  }

  @Test
  void barsAreAsLongAsTheirNumbers() throws Exception {
    Document svg =
        parsed(
            new BarChart("a", "Speeds & more", "GB/s")
                .bar("one <1>", 1)
                .bar("three", 3)
                .bar("none", 0)
                .svg());
    // The first one is the ground.
    List<Element> bars = all(svg, "rect").subList(1, 4);
    assertThat(number(bars.get(1), "width"))
        .isCloseTo(3 * number(bars.get(0), "width"), within(0.2));
    assertThat(number(bars.get(2), "width")).isZero();
    assertThat(bars).extracting(bar -> number(bar, "x")).containsOnly(number(bars.get(0), "x"));
    assertThat(texts(svg)).contains("Speeds & more", "GB/s", "one <1>", "three", "none");
  }

  @Test
  void partsOfABarFollowOneAnother() throws Exception {
    Document svg =
        parsed(new BarChart("a", "Costs", "CPU-s/GB", "send", "count").bar("x", 0.2, 0.3).svg());
    List<Element> bars = all(svg, "rect");
    Element send = bars.get(bars.size() - 2);
    Element count = bars.get(bars.size() - 1);
    assertThat(number(count, "x"))
        .isCloseTo(number(send, "x") + number(send, "width"), within(0.2));
    assertThat(send.getAttribute("fill")).isNotEqualTo(count.getAttribute("fill"));
    assertThat(texts(svg)).contains("send", "count", "0.5");
  }

  @Test
  void targetIsAStrokeAtItsNumber() throws Exception {
    Row row = Row.of("kernel", 1, "GB/s").ratio(0.5).atLeast(1);
    Document svg = parsed(new BarChart("a", "Ratios", "share of the limit").ratio(row).svg());
    Element bar = all(svg, "rect").get(1);
    Element stroke =
        all(svg, "line").stream()
            .filter(line -> line.getAttribute("stroke").equals("#000000"))
            .findFirst()
            .orElseThrow();
    assertThat(number(stroke, "x1"))
        .isEqualTo(number(stroke, "x2"))
        .isCloseTo(number(bar, "x") + 2 * number(bar, "width"), within(0.2));
    assertThat(texts(svg)).contains("0.5 (target \u2265 1, missed)");
  }

  @Test
  void targetOfTheOtherNumberIsNotShown() throws Exception {
    Row row = Row.of("writer", 1, "GB/s").ratio(0.5).valueAtLeast(2);
    assertThat(texts(parsed(new BarChart("a", "b", "c").ratio(row).svg()))).contains("0.5");
    assertThat(texts(parsed(new BarChart("a", "b", "c").value(row).svg())))
        .contains("1 (target \u2265 2, missed)");
  }

  @Test
  void barOfOtherPartsIsAMistake() {
    BarChart chart = new BarChart("a", "b", "c", "part 1", "part 2");
    assertThatThrownBy(() -> chart.bar("x", 1)).hasMessageContaining("bar x has 1 parts");
  }

  @Test
  void pointsLieAtTheirNumbers() throws Exception {
    Document svg =
        parsed(
            new LineChart("a", "Scaling", "lanes", "CPU-s/GB")
                .logarithmicX()
                .line("cost", new double[] {1, 2, 4}, new double[] {0, 0.25, 0.5})
                .limit(0.5, "target")
                .svg());
    // The first disk is the legend's.
    List<Element> points = all(svg, "circle").subList(1, 4);
    double x = number(points.get(0), "cx");
    double y = number(points.get(0), "cy");
    assertThat(number(points.get(2), "cx") - x)
        .isCloseTo(2 * (number(points.get(1), "cx") - x), within(0.2));
    assertThat(number(points.get(2), "cy") - y)
        .isCloseTo(2 * (number(points.get(1), "cy") - y), within(0.2));
    assertThat(number(points.get(2), "cy")).isLessThan(y);
    // One is the legend's.
    List<Element> dashed =
        all(svg, "line").stream().filter(line -> line.hasAttribute("stroke-dasharray")).toList();
    assertThat(dashed).hasSize(2);
    Element limit = dashed.get(1);
    assertThat(number(limit, "y1")).isEqualTo(number(points.get(2), "cy"));
    assertThat(texts(svg)).contains("lanes", "CPU-s/GB", "cost", "target", "1", "2", "4");
  }

  @Test
  void distributionEndsAtAll() throws Exception {
    Document svg =
        parsed(
            new LineChart("a", "Latency", "s", "% of the scans")
                .distribution("scan", 3, 1, 2, 4)
                .svg());
    List<Element> points = all(svg, "circle").subList(1, 5);
    double bottom =
        all(svg, "line").stream().mapToDouble(line -> number(line, "y1")).max().orElseThrow();
    double top = number(points.get(3), "cy");
    assertThat(number(points.get(0), "cy")).isCloseTo(bottom - (bottom - top) / 4, within(0.2));
    assertThat(points).extracting(p -> number(p, "cx")).isSorted();
  }

  private static org.assertj.core.data.Offset<Double> within(double pixels) {
    return org.assertj.core.data.Offset.offset(pixels);
  }
}
