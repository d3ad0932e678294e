package io.esnode.kernel;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A network link went up or down, as mlx5, bnxt, ice, i40e, ixgbe, igb, e1000e, tg3, r8169 and bonding say it; and trouble
 * with the cable or module of a port. {@code reason} is {@code up}, {@code down} or the driver's word.
 */
final class NetLinkShape implements Shape {
  private static final String NAME = "([A-Za-z][A-Za-z0-9_.@-]{0,14})";

  private static final Pattern LINK =
      Pattern.compile("(?:^|[ :])" + NAME + ":? (?:NIC )?Link (?:is )?(Up|Down|up|down)\\b");
  private static final Pattern BOND = Pattern.compile("^" + NAME + ": (?:\\(slave " + NAME
      + "\\)|link status).{0,24}?link status (?:definitely )?(up|down)\\b");
  private static final Pattern SPEED = Pattern.compile("(\\d{1,6})[ ]?([GM])bps");
  private static final Pattern ADDRESS =
      Pattern.compile("\\b(\\p{XDigit}{4,8}:\\p{XDigit}{2}:\\p{XDigit}{2}\\.\\p{XDigit})\\b");
  private static final Pattern MODULE = Pattern.compile(
      "Port module event(?:\\[error\\])?: module (\\d{1,3}), (Cable [a-z]{1,16}(?:, [A-Za-z0-9 /]{1,64})?)");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (text.contains("Port module event")) {
      Matcher module = MODULE.matcher(text);
      return module.find()
          ? withAddress(KernelEvent.of("net_link"), text)
              .text("reason", module.group(2).toLowerCase(Locale.ROOT))
              .build()
          : null;
    }
    if (text.contains("(slave ") && text.contains("link status ")) {
      Matcher bond = BOND.matcher(text);
      return bond.find() && bond.group(2) != null
          ? change(bond.group(2), bond.group(3), text)
          : null;
    }
    if (!text.contains("Link ")) {
      return null;
    }
    Matcher link = LINK.matcher(text);
    return link.find() ? change(link.group(1), link.group(2), text) : null;
  }

  private static KernelEvent change(String name, String state, String text) {
    KernelEvent.Builder event = withAddress(KernelEvent.of("net_link"), text)
        .entity("net:" + name)
        .text("reason", state.toLowerCase(Locale.ROOT));
    Matcher speed = SPEED.matcher(text);
    if (speed.find()) {
      long number = Long.parseLong(speed.group(1));
      event.number("speed_mbps", speed.group(2).equals("G") ? number * 1000 : number);
    }
    return event.build();
  }

  private static KernelEvent.Builder withAddress(KernelEvent.Builder event, String text) {
    Matcher address = ADDRESS.matcher(text);
    return address.find() ? event.device(address.group(1)) : event;
  }
}
