package io.esnode.report;

import com.openhtmltopdf.css.constants.IdentValue;
import com.openhtmltopdf.css.sheet.FontFaceRule;
import com.openhtmltopdf.css.style.CssContext;
import com.openhtmltopdf.css.value.FontSpecification;
import com.openhtmltopdf.extend.FSSupplier;
import com.openhtmltopdf.extend.OutputDevice;
import com.openhtmltopdf.extend.SVGDrawer;
import com.openhtmltopdf.layout.SharedContext;
import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.pdfboxout.PdfBoxFSFont;
import com.openhtmltopdf.pdfboxout.PdfBoxFastOutputDevice;
import com.openhtmltopdf.render.Box;
import com.openhtmltopdf.render.RenderingContext;
import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2D;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.util.Matrix;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/**
 * Draws the output of {@link ChartSvg} into the PDF with the embedded font, so that chart text is text: searchable, and
 * without the fonts of the machine. Everything outside that subset is an error.
 */
final class SvgDrawer implements SVGDrawer {
  private static final String NUMBER = "(-?\\d+(?:\\.\\d+)?)";
  private static final Pattern PATH_STEP =
      Pattern.compile("\\G(?:([ML])" + NUMBER + " " + NUMBER + "|([HhV])" + NUMBER + "|(Z))");
  private static final Pattern COLOR = Pattern.compile("#[0-9a-f]{6}");
  private static final Map<String, Set<String>> ALLOWED = Map.of(
      "svg",
      Set.of(
          "xmlns",
          "role",
          "alt",
          "aria-labelledby",
          "viewBox",
          "width",
          "height",
          "font-family",
          "font-size"),
      "title",
      Set.of("id"),
      "desc",
      Set.of("id"),
      "rect",
      Set.of("class", "x", "y", "width", "height", "fill"),
      "path",
      Set.of("class", "d", "fill", "stroke", "stroke-width", "stroke-dasharray"),
      "text",
      Set.of("class", "x", "y", "fill", "text-anchor"));

  private final String fontFamily;

  /** @param fontFamily a family registered with the renderer; chart text uses its regular weight */
  SvgDrawer(String fontFamily) {
    this.fontFamily = fontFamily;
  }

  @Override
  public SVGImage buildSVGImage(
      Element svg,
      Box box,
      CssContext css,
      double cssWidth,
      double cssHeight,
      double dotsPerPixel) {
    String[] view = svg.getAttribute("viewBox").trim().split("\\s+", -1);
    double viewWidth = Double.parseDouble(view[2]);
    double viewHeight = Double.parseDouble(view[3]);
    double width = cssWidth >= 0 ? cssWidth / dotsPerPixel : viewWidth;
    double height = cssHeight >= 0 ? cssHeight / dotsPerPixel : width * viewHeight / viewWidth;
    return new SVGImage() {
      @Override
      public int getIntrinsicWidth() {
        return (int) (width * dotsPerPixel);
      }

      @Override
      public int getIntrinsicHeight() {
        return (int) (height * dotsPerPixel);
      }

      @Override
      public void drawSVG(OutputDevice device, RenderingContext context, double x, double y) {
        try {
          paint(
              (PdfBoxFastOutputDevice) device,
              svg,
              new Frame((float) x, (float) y, (float) width, (float) height),
              (float) (width / viewWidth));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private record Frame(float x, float y, float width, float height) {}

  /** The device hands out a Graphics2D only; its form XObject is taken over and its content written anew. */
  private void paint(PdfBoxFastOutputDevice device, Element svg, Frame frame, float scale)
      throws IOException {
    @Nullable PdfBoxGraphics2D[] held = new PdfBoxGraphics2D[1];
    device.drawWithGraphics(
        frame.x(), frame.y(), frame.width(), frame.height(), g -> held[0] = (PdfBoxGraphics2D) g);
    PdfBoxGraphics2D graphics = held[0];
    if (graphics == null) {
      throw new IOException("the renderer handed out no graphics");
    }
    PDFormXObject form = graphics.getXFormObject();
    form.setResources(new PDResources());
    // The constructor that knows the document: PDFormContentStream would not record which glyphs a
    // subset needs.
    try (PDPageContentStream out = new PDPageContentStream(
        device.getWriter(),
        new PDAppearanceStream(form.getCOSObject()),
        form.getCOSObject().createOutputStream(COSName.FLATE_DECODE))) {
      new Painter(
              out,
              font(device),
              scale,
              frame.height(),
              svg.hasAttribute("font-size") ? Float.parseFloat(svg.getAttribute("font-size")) : 11)
          .paint(svg);
    }
  }

  private PDFont font(PdfBoxFastOutputDevice device) {
    FontSpecification spec = new FontSpecification();
    spec.size = 11;
    spec.families = new String[] {fontFamily};
    spec.fontStyle = IdentValue.NORMAL;
    spec.fontWeight = IdentValue.NORMAL;
    spec.variant = IdentValue.NORMAL;
    SharedContext shared = device.getSharedContext();
    return ((PdfBoxFSFont) shared.getFontResolver().resolveFont(shared, spec))
        .getFontDescriptions()
        .get(0)
        .getFont();
  }

  /**
   * Writes PDF operators.
   *
   * @param scale PDF units per SVG unit
   * @param height of the picture in PDF units: PDF counts from below
   * @param fontSize in SVG units
   */
  private record Painter(
      PDPageContentStream out, PDFont font, float scale, float height, float fontSize) {
    void paint(Element element) throws IOException {
      check(element);
      switch (element.getNodeName()) {
        case "svg" -> {
          for (Node n = element.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element child) {
              paint(child);
            }
          }
        }
        case "rect" -> rect(element);
        case "path" -> path(element);
        case "text" -> text(element);
        default -> {
          // title and desc: the PDF's alternative text comes from the alt attribute
        }
      }
    }

    private static void check(Element element) throws IOException {
      Set<String> allowed = ALLOWED.get(element.getNodeName());
      if (allowed == null) {
        throw new IOException("SVG element outside the chart subset: " + element.getNodeName());
      }
      NamedNodeMap attributes = element.getAttributes();
      for (int i = 0; i < attributes.getLength(); i++) {
        String name = attributes.item(i).getNodeName();
        if (!allowed.contains(name)) {
          throw new IOException(
              "SVG attribute outside the chart subset: " + element.getNodeName() + '/' + name);
        }
      }
    }

    private void rect(Element rect) throws IOException {
      fill(rect.getAttribute("fill"));
      out.addRect(
          number(rect, "x") * scale,
          height - (number(rect, "y") + number(rect, "height")) * scale,
          number(rect, "width") * scale,
          number(rect, "height") * scale);
      out.fill();
    }

    private void path(Element path) throws IOException {
      boolean filled = !path.getAttribute("fill").equals("none");
      if (filled) {
        fill(path.getAttribute("fill"));
      } else {
        float[] rgb = rgb(path.getAttribute("stroke"));
        out.setStrokingColor(rgb[0], rgb[1], rgb[2]);
        out.setLineWidth(number(path, "stroke-width") * scale);
        // A form XObject inherits the page's graphics state: without these, dots come out solid.
        out.setLineCapStyle(0);
        out.setLineJoinStyle(1);
        out.setLineDashPattern(dashes(path.getAttribute("stroke-dasharray")), 0);
      }
      trace(path.getAttribute("d"));
      if (filled) {
        out.fill();
      } else {
        out.stroke();
      }
    }

    private void trace(String d) throws IOException {
      Matcher step = PATH_STEP.matcher(d);
      float x = 0;
      float y = 0;
      int end = 0;
      while (step.find()) {
        end = step.end();
        if (step.group(6) != null) {
          out.closePath();
          continue;
        }
        if (step.group(1) != null) {
          x = Float.parseFloat(step.group(2));
          y = Float.parseFloat(step.group(3));
        } else {
          float value = Float.parseFloat(step.group(5));
          switch (step.group(4)) {
            case "H" -> x = value;
            case "V" -> y = value;
            default -> x += value;
          }
        }
        if ("M".equals(step.group(1))) {
          out.moveTo(x * scale, height - y * scale);
        } else {
          out.lineTo(x * scale, height - y * scale);
        }
      }
      if (end != d.length()) {
        throw new IOException("path outside the chart subset at offset " + end);
      }
    }

    /** A character the font lacks throws IllegalArgumentException here; body text would turn it into {@code #}. */
    private void text(Element element) throws IOException {
      String text = element.getTextContent();
      float size = fontSize * scale;
      float width = font.getStringWidth(text) / 1000 * size;
      float x = number(element, "x") * scale
          - switch (element.getAttribute("text-anchor")) {
            case "end" -> width;
            case "middle" -> width / 2;
            default -> 0;
          };
      fill(element.getAttribute("fill"));
      out.beginText();
      out.setFont(font, size);
      out.setTextMatrix(new Matrix(1, 0, 0, 1, x, height - number(element, "y") * scale));
      out.showText(text);
      out.endText();
    }

    private void fill(String color) throws IOException {
      float[] rgb = rgb(color);
      out.setNonStrokingColor(rgb[0], rgb[1], rgb[2]);
    }

    private float[] dashes(String dash) {
      if (dash.isEmpty()) {
        return new float[0];
      }
      String[] parts = dash.split(" ", -1);
      float[] lengths = new float[parts.length];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = Float.parseFloat(parts[i]) * scale;
      }
      return lengths;
    }

    private static float[] rgb(String color) throws IOException {
      if (!COLOR.matcher(color).matches()) {
        throw new IOException("colour outside the chart subset: " + color);
      }
      int value = Integer.parseInt(color.substring(1), 16);
      return new float[] {(value >> 16) / 255f, (value >> 8 & 255) / 255f, (value & 255) / 255f};
    }

    private static float number(Element element, String name) throws IOException {
      try {
        return Float.parseFloat(element.getAttribute(name));
      } catch (NumberFormatException e) {
        throw new IOException(
            "%s/%s is no number: %s"
                .formatted(element.getNodeName(), name, element.getAttribute(name)),
            e);
      }
    }
  }

  @Override
  public void importFontFaceRules(List<FontFaceRule> rules, SharedContext shared) {}

  @Override
  public void addFontFile(File file, String family, Integer weight, FontStyle style) {}

  @Override
  public void addFontStream(
      FSSupplier<InputStream> stream, String family, Integer weight, FontStyle style) {}

  @Override
  public void close() {}
}
