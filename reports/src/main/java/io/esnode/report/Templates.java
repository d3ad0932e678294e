package io.esnode.report;

import freemarker.cache.ClassTemplateLoader;
import freemarker.cache.TemplateLoader;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.SimpleObjectWrapper;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;

/**
 * Freemarker with everything closed that a report does not need: no classes, no methods, no includes from outside, no
 * numbers formatted by locale. The model is strings, lists, maps and booleans. Not a sandbox: there is no time limit.
 */
final class Templates {
  private static final Configuration OURS =
      configuration(new ClassTemplateLoader(Templates.class, "templates"));

  private Templates() {}

  /** @param name path below {@code reports/templates} */
  static String render(String name, Map<String, Object> model) throws IOException {
    StringWriter out = new StringWriter(1 << 18);
    try {
      OURS.getTemplate(name).process(model, out);
    } catch (TemplateException e) {
      throw new IOException("template %s: %s".formatted(name, e.getMessageWithoutStackTop()), e);
    }
    return out.toString();
  }

  static Configuration configuration(TemplateLoader loader) {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_35);
    configuration.setTemplateLoader(loader);
    configuration.setLocalizedLookup(false);
    configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
    configuration.setOutputEncoding(StandardCharsets.UTF_8.name());

    configuration.setLocale(Locale.ROOT);
    configuration.setNumberFormat("computer");
    configuration.setTimeZone(TimeZone.getTimeZone("UTC"));
    configuration.setSQLDateAndTimeTimeZone(TimeZone.getTimeZone("UTC"));

    configuration.setObjectWrapper(new SimpleObjectWrapper(Configuration.VERSION_2_3_35));
    configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
    configuration.setAPIBuiltinEnabled(false);

    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    configuration.setWrapUncheckedExceptions(true);
    configuration.setFallbackOnNullLoopVariable(false);
    return configuration;
  }
}
