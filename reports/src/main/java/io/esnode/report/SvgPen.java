package io.esnode.report;

/**
 * Writes small, deterministic, accessible SVG: no more than {@link SvgDrawer} draws, which is svg, title, desc, rect, path
 * (M L H h V Z) and text. Lengths are in units of the view box. Not thread-safe.
 */
final class SvgPen {
  private final StringBuilder out = new StringBuilder(32_768);

  /**
   * @param id of the picture in the page, safe there
   * @param description what it shows, in words, for readers who do not see it
   * @param alt true for the PDF: openhtmltopdf takes the alternative text from an attribute, not from title and desc
   */
  void open(String id, int width, int height, String title, String description, boolean alt) {
    out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
    if (alt) {
      out.append(" alt=\"").append(escape(title + ". " + description)).append('"');
    }
    out.append(" aria-labelledby=\"%s-t %s-d\"".formatted(id, id))
        .append(" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\""
            .formatted(width, height, width, height))
        .append(" font-family=\"Inter, sans-serif\" font-size=\"10.5\">")
        .append("<title id=\"%s-t\">%s</title>".formatted(id, escape(title)))
        .append("<desc id=\"%s-d\">%s</desc>".formatted(id, escape(description)));
  }

  void rect(double x, double y, double width, double height, String css, String fill) {
    out.append("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>"
        .formatted(css, n(x), n(y), n(width), n(height), fill));
  }

  /** A filled shape without an outline. */
  void area(String d, String css, String fill) {
    out.append("<path class=\"%s\" fill=\"%s\" stroke=\"none\" d=\"%s\"/>".formatted(css, fill, d));
  }

  /** @param dash SVG dash pattern, empty for solid */
  void path(String d, String css, String color, String width, String dash) {
    out.append("<path class=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\""
        .formatted(css, color, width));
    if (!dash.isEmpty()) {
      out.append(" stroke-dasharray=\"").append(dash).append('"');
    }
    out.append(" d=\"").append(d).append("\"/>");
  }

  /** @param anchor start, middle or end: where on the text {@code x} is */
  void text(double x, double y, String anchor, String css, String color, String text) {
    out.append("<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\">%s</text>"
        .formatted(css, n(x), n(y), anchor, color, escape(text)));
  }

  String close() {
    return out.append("</svg>").toString();
  }

  private static String n(double value) {
    return Quantity.plain(value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
