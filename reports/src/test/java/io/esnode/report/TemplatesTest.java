package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import freemarker.cache.StringTemplateLoader;
import freemarker.template.Configuration;
import freemarker.template.Template;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template may do in Freemarker's default configuration, ours refuses. */
class TemplatesTest {
  public static final class Bean {
    public String danger() {
      return "CALLED";
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${'freemarker.template.utility.Execute'?new()('id')}",
        "${'freemarker.template.utility.ObjectConstructor'?new()('java.io.File', '/')}",
        "${bean.danger()}",
        "${bean?api.class}",
        "${text?api.class}",
        "<#include '../../secret.txt'>",
        "<#include '/etc/hostname'>",
        "${missing}",
        "${number}"
      })
  void templateCannotReachOut(String template) {
    assertThatThrownBy(() -> run(template)).isInstanceOf(Exception.class);
  }

  @Test
  void textAndAttributesAreEscaped() throws Exception {
    assertThat(run("<a t='${text}'>")).isEqualTo("<a t='&lt;b&gt;&quot;x&quot;&amp;&#39;y&#39;'>");
  }

  private static String run(String template) throws Exception {
    Configuration hardened = Templates.configuration(new StringTemplateLoader());
    Map<String, Object> model = new HashMap<>();
    model.put("bean", new Bean());
    model.put("text", "<b>\"x\"&'y'");
    model.put("number", new Fields().list("groups", List.of("12", "345")).map());
    StringWriter out = new StringWriter();
    new Template("x.ftlh", template, hardened).process(model, out);
    return out.toString();
  }
}
