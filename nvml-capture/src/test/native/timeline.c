/* timeline.c - the reader behind timeline.h. */
#define _GNU_SOURCE
#include "timeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h" /* generated: struct { const char *name; int number; } field_names[], ascending by name */

enum { MAX_GPUS = 256, MAX_WORDS = 12, FIELD_NUMBERS = 1024 };
#define FIELD_NAMES ((int)(sizeof field_names / sizeof field_names[0]))

const char *const function_name[FUNCTION_COUNT] = {
#define F(name) #name,
    FUNCTIONS(F) "*"
#undef F
};
static const char *const key_name[] = {
#define K(name, dflt) #name,
    KEYS(K)
#undef K
};
static const char *const text_name[] = {
#define X(name) #name,
    TEXTS(X)
#undef X
};
static const char *const type_name[] = {"double", "uint", "ulong", "ulonglong", "slonglong", "sint", "ushort"};

static const int numeric_text[] = {T_minor,     T_module, T_board,    T_architecture, T_brand,      T_cores,
                                   T_bus_width, T_numa,   T_checksum, T_pdi,          T_pci_device, T_pci_subsystem};

/* Statements this player has nothing to do with: the host's part of the story. */
static const char *const host_words[] = {"kmsg",      "kmsg-lost", "host",       "host-ramp", "host-rate",
                                         "host-none", "audit",     "kubernetes", "clock"};

static short name_of_number[FIELD_NUMBERS];

struct line {
  const char *path;
  long number;
  char *word[MAX_WORDS];
  int words;
  char *text[MAX_WORDS]; /* the rest of the line from each word on */
};

static void *more(void *array, int n, int *room, size_t size) {
  if (n < *room) return array;
  *room = *room ? *room * 2 : 4;
  void *grown = realloc(array, (size_t)*room * size);
  if (!grown) abort();
  return grown;
}
#define PUSH(array, count, room) (array = more(array, count, &(room), sizeof *(array)), &(array)[(count)++])

static void *zeroed(size_t n, size_t size) {
  void *p = calloc(n ? n : 1, size);
  if (!p) abort();
  return p;
}
static char *copy(const char *s) {
  char *p = strdup(s);
  if (!p) abort();
  return p;
}

/* ---- words ---------------------------------------------------------------------------------------------------- */

static int bad(const struct line *l, const char *why, const char *what) {
  fprintf(stderr, "fake nvml: %s:%ld: %s: %s\n", l->path, l->number, why, what);
  return -1;
}

static int number(const char *s, int64_t *v) {
  int negative = *s == '-';
  const char *digits = s + negative;
  if (*digits < '0' || *digits > '9') return -1;
  int hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
  char *end;
  errno = 0;
  uint64_t u = strtoull(digits, &end, hex ? 16 : 10);
  if (errno || *end || (hex && end == digits + 2)) return -1;
  *v = negative ? (int64_t)(0 - u) : (int64_t)u;
  return 0;
}

static int numbers(const struct line *l, int first, int count, int64_t *v) {
  for (int i = 0; i < count; i++)
    if (number(l->word[first + i], &v[i])) return bad(l, "not a number", l->word[first + i]);
  return 0;
}

static void split(struct line *l, char *s) {
  static char buffer[1 << 16];
  snprintf(buffer, sizeof buffer, "%s", s);
  l->words = 0;
  size_t i = 0;
  while (l->words < MAX_WORDS) {
    while (buffer[i] == ' ' || buffer[i] == '\t') i++;
    if (!buffer[i]) break;
    l->text[l->words] = s + i;
    l->word[l->words++] = buffer + i;
    while (buffer[i] && buffer[i] != ' ' && buffer[i] != '\t') i++;
    if (buffer[i]) buffer[i++] = 0;
  }
}

static int find(const char *const *names, int n, const char *s) {
  for (int i = 0; i < n; i++)
    if (!strcmp(names[i], s)) return i;
  return -1;
}

static int numbered(const char *s, const char *stem, int count) {
  size_t n = strlen(stem);
  int64_t v;
  if (strncmp(s, stem, n) || number(s + n, &v) || v < 0 || v >= count) return -1;
  return (int)v;
}

static int key_index(const char *s) {
  int i = find(key_name, K_named, s);
  if (i >= 0) return i;
  if ((i = numbered(s, "nvlink_state.", LINK_KEYS)) >= 0) return K_nvlink_state + i;
  if ((i = numbered(s, "threshold.", THRESHOLD_KEYS)) >= 0) return K_threshold + i;
  if ((i = numbered(s, "gpm.", GPM_KEYS)) >= 0) return K_gpm + i;
  if (!strncmp(s, "ecc.", 4) && strlen(s) == 9 && s[5] == '.' && s[7] == '.' && s[4] >= '0' && s[4] <= '7' &&
      (s[6] == '0' || s[6] == '1') && (s[8] == '0' || s[8] == '1'))
    return K_ecc + (s[4] - '0') * 4 + (s[6] - '0') * 2 + (s[8] - '0');
  return -1;
}

int field_name_index(const char *name) {
  int low = 0, high = FIELD_NAMES - 1;
  while (low <= high) {
    int middle = (low + high) / 2, order = strcmp(field_names[middle].name, name);
    if (!order) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle - 1;
  }
  return -1;
}

int field_name_of(unsigned n) { return n < FIELD_NUMBERS ? name_of_number[n] - 1 : -1; }

uint32_t field_key(int name, unsigned scope) { return (uint32_t)name << 16 | scope; }

/* NAME[.SCOPE] to a key; the scope where none is given is the caller's. */
static int field_word(const struct line *l, const char *word, unsigned without, uint32_t *key) {
  char name[128];
  snprintf(name, sizeof name, "%s", word);
  unsigned scope = without;
  char *dot = strchr(name, '.');
  if (dot) {
    int64_t v;
    *dot = 0;
    if (number(dot + 1, &v) || v < 0 || v >= EVERY_SCOPE) return bad(l, "not a scope", word);
    scope = (unsigned)v;
  }
  int index = field_name_index(name);
  if (index < 0) return bad(l, "no header has this field", word);
  *key = field_key(index, scope);
  return 0;
}

/* ---- who a statement is about ----------------------------------------------------------------------------------- */

enum { MACHINE = 1, WHOLE = 2, PART = 4 };
struct subject {
  struct gpu *gpu; /* null: the machine */
  struct scope *scope;
  unsigned gi, ci;
};

static int subject(struct timeline *tl, const struct line *l, const char *word, int allowed, struct subject *s) {
  *s = (struct subject){.gi = 0xffffffffu, .ci = 0xffffffffu};
  if (!strcmp(word, "-") && allowed & MACHINE) {
    s->scope = &tl->machine;
    return 0;
  }
  char w[64];
  snprintf(w, sizeof w, "%s", word);
  char *gi = strchr(w, '/'), *ci = gi ? strchr(gi + 1, '/') : NULL;
  if (gi) *gi++ = 0;
  if (ci) *ci++ = 0;
  int64_t g, i = 0, c = 0;
  if (number(w, &g) || (gi && (!ci || number(gi, &i) || number(ci, &c))) || !(allowed & (gi ? PART : WHOLE)))
    return bad(l, "not what this statement can be about", word);
  if (g < 0 || g >= tl->gpus) return bad(l, "no 'gpu' statement names this GPU", word);
  s->gpu = &tl->gpu[g];
  s->scope = &s->gpu->scope;
  if (!gi) return 0;
  s->gi = (unsigned)i;
  s->ci = (unsigned)c;
  for (int n = 0; n < s->gpu->parts; n++)
    if (s->gpu->part[n]->gi == s->gi && s->gpu->part[n]->ci == s->ci) {
      s->scope = &s->gpu->part[n]->scope;
      return 0;
    }
  struct named_scope *part = zeroed(1, sizeof *part);
  part->gi = s->gi;
  part->ci = s->ci;
  part->line = l->number;
  *PUSH(s->gpu->part, s->gpu->parts, s->gpu->part_room) = part;
  s->scope = &part->scope;
  return 0;
}

static void add(struct series *s, const struct line *l, int64_t t, int64_t t1, int64_t v0, int64_t v1) {
  *PUSH(s->p, s->n, s->room) = (struct point){.t = t, .t1 = t1, .v0 = v0, .v1 = v1, .line = l->number};
}

static struct series *series_in(struct series **slot) {
  if (!*slot) *slot = zeroed(1, sizeof **slot);
  return *slot;
}

static struct field *field_in(struct fields *fields, uint32_t key) {
  for (int i = fields->n - 1; i >= 0; i--)
    if (fields->f[i].key == key) return &fields->f[i];
  struct field *f = PUSH(fields->f, fields->n, fields->room);
  memset(f, 0, sizeof *f);
  f->key = key;
  return f;
}

static struct series *named_in(struct named *named, uint32_t key) {
  for (int i = 0; i < named->n; i++)
    if (named->s[i].key == key) return &named->s[i].s;
  struct named_series *s = PUSH(named->s, named->n, named->room);
  memset(s, 0, sizeof *s);
  s->key = key;
  return &s->s;
}

/* ---- statements -------------------------------------------------------------------------------------------------- */

static int read_system(struct timeline *tl, const struct line *l) {
  int64_t v;
  if (l->words < 3) return bad(l, "too few words", l->text[0]);
  const char *key = l->word[1];
  if (!strcmp(key, "driver_version")) {
    tl->driver_version = copy(l->text[2]);
    return 0;
  }
  if (!strcmp(key, "nvml_version")) {
    tl->nvml_version = copy(l->text[2]);
    return 0;
  }
  if (!strcmp(key, "stale") && (!strcmp(l->word[2], "error") || !strcmp(l->word[2], "crash"))) {
    tl->stale_crash = l->word[2][0] == 'c';
    return 0;
  }
  if (!strcmp(key, "cc") && (!strcmp(l->word[2], "on") || !strcmp(l->word[2], "off"))) {
    tl->cc = l->word[2][1] == 'n';
    return 0;
  }
  if (number(l->word[2], &v)) return bad(l, "not understood", l->text[0]);
  if (!strcmp(key, "epoch_us")) {
    tl->epoch_us = v;
    tl->has_epoch = 1;
  } else if (!strcmp(key, "boot_ms")) {
    tl->boot_ms = v;
  } else if (!strcmp(key, "excluded")) {
    tl->excluded = (unsigned)v;
  } else {
    return bad(l, "not understood", l->text[0]);
  }
  return 0;
}

static int read_gpu(struct timeline *tl, const struct line *l) {
  int64_t g;
  if (l->words < 4) return bad(l, "too few words", l->text[0]);
  if (number(l->word[1], &g) || g < 0 || g >= MAX_GPUS) return bad(l, "not a GPU's index", l->word[1]);
  int text = find(text_name, TEXT_COUNT, l->word[2]);
  if (text < 0) return bad(l, "unknown key", l->word[2]);
  for (size_t i = 0; i < sizeof numeric_text / sizeof *numeric_text; i++) {
    int64_t v;
    if (numeric_text[i] == text && strcmp(l->text[3], "-") && number(l->text[3], &v))
      return bad(l, "not a number", l->text[3]);
  }
  if (g >= tl->gpus) tl->gpus = (int)g + 1;
  tl->gpu[g].text[text] = copy(l->text[3]);
  return 0;
}

static int read_disturbance(struct timeline *tl, const struct line *l) {
  const char *verb = l->word[0];
  int interval = verb[0] == 'h' || verb[0] == 'g'; /* hang, garbage */
  int at = interval ? 3 : 2;
  if (l->words != (verb[0] == 'g' ? 6 : 5)) return bad(l, "wrong number of words", l->text[0]);
  int64_t t[2], v = 0;
  struct subject s;
  if (numbers(l, 1, interval ? 2 : 1, t)) return -1;
  if (!interval) t[1] = t[0];
  if (subject(tl, l, l->word[at], verb[0] == 'g' ? WHOLE | PART : MACHINE | WHOLE | PART, &s)) return -1;
  const char *what = l->word[at + 1];
  if (verb[0] != 'h' && numbers(l, at + 2, 1, &v)) return -1;
  if (!strncmp(what, "field:", 6) && (verb[0] == 'r' || verb[0] == 'g')) {
    uint32_t key;
    if (!s.gpu || s.scope != &s.gpu->scope) return bad(l, "fields belong to a whole GPU", l->word[at]);
    if (field_word(l, what + 6, EVERY_SCOPE, &key)) return -1;
    add(named_in(verb[0] == 'r' ? &s.gpu->field_ret : &s.gpu->field_garbage, key), l, t[0], t[1], v, v);
    return 0;
  }
  int f = find(function_name, FUNCTION_COUNT, what);
  if (f < 0 || (f == F_any && verb[0] == 'g')) return bad(l, "esnode calls no such function", what);
  struct series **slot = verb[0] == 'r'   ? &s.scope->ret[f]
                         : verb[0] == 'd' ? &s.scope->delay[f]
                         : verb[0] == 'h' ? &s.scope->hang[f]
                                          : &s.scope->garbage[f];
  add(series_in(slot), l, t[0], t[1], v, v);
  return 0;
}

static int read_reading(struct timeline *tl, const struct line *l) {
  int ramp = l->word[0][0] == 'r' && l->word[0][2] == 'm', rate = !ramp && l->word[0][0] == 'r';
  int field = l->word[0][0] == 'f', at = ramp || rate ? 3 : 2;
  if (l->words != (ramp ? 7 : rate ? 6 : 5)) return bad(l, "wrong number of words", l->text[0]);
  int64_t t[2], v[2];
  struct subject s;
  if (numbers(l, 1, at - 1, t) || numbers(l, at + 2, ramp ? 2 : 1, v)) return -1;
  if (subject(tl, l, l->word[at], field || rate ? WHOLE : WHOLE | PART, &s)) return -1;
  if (field || rate) {
    uint32_t key;
    if (field_word(l, l->word[at + 1], 0, &key)) return -1;
    struct field *f = field_in(&s.gpu->fields, key);
    if (field)
      add(&f->base, l, t[0], t[0], v[0], v[0]);
    else
      add(&f->rates, l, t[0], t[1], v[0], v[0]);
    return 0;
  }
  int key = key_index(l->word[at + 1]);
  if (key < 0) return bad(l, "unknown key", l->word[at + 1]);
  struct series *points = series_in(&s.scope->key[key]);
  if (ramp)
    add(points, l, t[0], t[1], v[0], v[1]);
  else
    add(points, l, t[0], t[0], v[0], v[0]);
  return 0;
}

static int read_type(struct timeline *tl, const struct line *l) {
  if (l->words != 3) return bad(l, "wrong number of words", l->text[0]);
  int name = field_name_index(l->word[1]), type = find(type_name, 7, l->word[2]);
  if (name < 0) return bad(l, "no header has this field", l->word[1]);
  if (type < 0) return bad(l, "not a type", l->word[2]);
  tl->type[name] = (unsigned char)type;
  return 0;
}

static int read_happening(struct timeline *tl, const struct line *l) {
  const char *verb = l->word[0];
  int64_t v[8];
  struct subject s;
  if (!strcmp(verb, "driver")) {
    int unload = l->words == 3 && !strcmp(l->word[2], "unload");
    if (!unload && (l->words != 4 || strcmp(l->word[2], "load"))) return bad(l, "not understood", l->text[0]);
    if (numbers(l, 1, 1, v)) return -1;
    *PUSH(tl->load, tl->loads, tl->load_room) =
        (struct load){.t = v[0], .line = l->number, .version = unload ? NULL : copy(l->word[3])};
    return 0;
  }
  if (!strcmp(verb, "reset") || !strcmp(verb, "plug") || !strcmp(verb, "unplug") || !strcmp(verb, "skew")) {
    int skew = verb[0] == 's';
    if (l->words != 3 + skew) return bad(l, "wrong number of words", l->text[0]);
    if (numbers(l, 1, 1, v) || subject(tl, l, l->word[2], WHOLE, &s)) return -1;
    if (skew && numbers(l, 3, 1, v + 1)) return -1;
    if (skew) add(&s.gpu->skew, l, v[0], v[0], v[1], v[1]);
    if (verb[0] == 'r' || verb[0] == 'p') add(&s.gpu->generation, l, v[0], v[0], 0, 0);
    if (verb[0] == 'p' || verb[0] == 'u') add(&s.gpu->plugged, l, v[0], v[0], verb[0] == 'p', verb[0] == 'p');
    return 0;
  }
  if (!strcmp(verb, "event")) {
    if (l->words != 5 && l->words != 7) return bad(l, "wrong number of words", l->text[0]);
    v[3] = v[4] = -1;
    if (numbers(l, 1, 1, v) || subject(tl, l, l->word[2], WHOLE, &s) || numbers(l, 3, l->words - 3, v + 1)) return -1;
    if (l->words == 5) v[3] = v[4] = -1;
    *PUSH(tl->event, tl->events, tl->event_room) = (struct event){.t = v[0],
                                                                  .line = l->number,
                                                                  .gpu = (int)(s.gpu - tl->gpu),
                                                                  .type = (uint64_t)v[1],
                                                                  .data = (uint64_t)v[2],
                                                                  .gi = (unsigned)v[3],
                                                                  .ci = (unsigned)v[4]};
    return 0;
  }
  if (!strcmp(verb, "proc") || !strcmp(verb, "graphics")) {
    int graphics = verb[0] == 'g';
    if (l->words != 6 && (graphics || l->words != 7)) return bad(l, "wrong number of words", l->text[0]);
    v[4] = -1;
    if (numbers(l, 1, 2, v) || subject(tl, l, l->word[3], WHOLE | PART, &s) || numbers(l, 4, l->words - 4, v + 2))
      return -1;
    *PUSH(s.gpu->process, s.gpu->processes, s.gpu->process_room) = (struct process){.t0 = v[0],
                                                                                    .t1 = v[1],
                                                                                    .pid = (unsigned)v[2],
                                                                                    .bytes = v[3],
                                                                                    .sm_percent = (int)v[4],
                                                                                    .gi = s.gi,
                                                                                    .ci = s.ci,
                                                                                    .graphics = graphics};
    return 0;
  }
  if (!strcmp(verb, "account")) {
    if (l->words != 9) return bad(l, "wrong number of words", l->text[0]);
    if (subject(tl, l, l->word[1], WHOLE, &s) || numbers(l, 2, 7, v)) return -1;
    *PUSH(s.gpu->account, s.gpu->accounts, s.gpu->account_room) = (struct account){.pid = (unsigned)v[0],
                                                                                   .start_us = (uint64_t)v[1],
                                                                                   .time_ms = (uint64_t)v[2],
                                                                                   .max_bytes = (uint64_t)v[3],
                                                                                   .gpu_percent = (unsigned)v[4],
                                                                                   .memory_percent = (unsigned)v[5],
                                                                                   .running = (unsigned)v[6]};
    return 0;
  }
  if (!strcmp(verb, "retired")) {
    if (l->words != 5) return bad(l, "wrong number of words", l->text[0]);
    if (subject(tl, l, l->word[1], WHOLE, &s) || numbers(l, 2, 3, v)) return -1;
    *PUSH(s.gpu->retired, s.gpu->retireds, s.gpu->retired_room) =
        (struct retired){.cause = (unsigned)v[0], .address = (uint64_t)v[1], .ts_us = (uint64_t)v[2]};
    return 0;
  }
  /* instance T0 T1 G GI CI UUID BYTES SLICES */
  if (l->words != 9) return bad(l, "wrong number of words", l->text[0]);
  char part[64];
  snprintf(part, sizeof part, "%.20s/%.20s/%.20s", l->word[3], l->word[4], l->word[5]);
  if (numbers(l, 1, 2, v) || subject(tl, l, part, PART, &s) || numbers(l, 7, 2, v + 2)) return -1;
  *PUSH(s.gpu->instance, s.gpu->instances, s.gpu->instance_room) = (struct instance){.t0 = v[0],
                                                                                     .t1 = v[1],
                                                                                     .gi = s.gi,
                                                                                     .ci = s.ci,
                                                                                     .uuid = copy(l->word[6]),
                                                                                     .bytes = (uint64_t)v[2],
                                                                                     .slices = (unsigned)v[3],
                                                                                     .scope = s.scope};
  return 0;
}

/* First what others refer to, then the rest. */
static int read_line(struct timeline *tl, const struct line *l, int pass) {
  const char *verb = l->word[0];
  if (!strcmp(verb, "system") || !strcmp(verb, "gpu") || !strcmp(verb, "header")) {
    int64_t v;
    if (pass) return 0;
    if (verb[0] == 's') return read_system(tl, l);
    if (verb[0] == 'g') return read_gpu(tl, l);
    return l->words == 2 && !number(l->word[1], &v) ? 0 : bad(l, "not understood", l->text[0]);
  }
  static const char *const readings[] = {"set", "ramp", "field", "rate"};
  static const char *const disturbances[] = {"ret", "delay", "hang", "garbage"};
  static const char *const happenings[] = {"skew",  "reset", "driver",   "unplug",  "plug",    "event",
                                           "proc",  "graphics", "account", "retired", "instance"};
  if (find(host_words, sizeof host_words / sizeof *host_words, verb) >= 0) return 0;
  if (!pass) return 0;
  if (!strcmp(verb, "type")) return read_type(tl, l);
  if (find(readings, 4, verb) >= 0) return read_reading(tl, l);
  if (find(disturbances, 4, verb) >= 0) return read_disturbance(tl, l);
  if (find(happenings, 11, verb) >= 0) return read_happening(tl, l);
  return bad(l, "not a statement", l->text[0]);
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b) {
  const struct point *p = a, *q = b;
  if (p->t != q->t) return p->t < q->t ? -1 : 1;
  return p->line < q->line ? -1 : p->line > q->line;
}
static int by_event_time(const void *a, const void *b) {
  const struct event *p = a, *q = b;
  if (p->t != q->t) return p->t < q->t ? -1 : 1;
  return p->line < q->line ? -1 : p->line > q->line;
}
static int by_load_time(const void *a, const void *b) {
  const struct load *p = a, *q = b;
  if (p->t != q->t) return p->t < q->t ? -1 : 1;
  return p->line < q->line ? -1 : p->line > q->line;
}
static int by_field_key(const void *a, const void *b) {
  uint32_t p = ((const struct field *)a)->key, q = ((const struct field *)b)->key;
  return p < q ? -1 : p > q;
}
static int by_named_key(const void *a, const void *b) {
  uint32_t p = ((const struct named_series *)a)->key, q = ((const struct named_series *)b)->key;
  return p < q ? -1 : p > q;
}
static int by_instance(const void *a, const void *b) {
  const struct instance *p = a, *q = b;
  if (p->gi != q->gi) return p->gi < q->gi ? -1 : 1;
  if (p->ci != q->ci) return p->ci < q->ci ? -1 : 1;
  return p->t0 < q->t0 ? -1 : p->t0 > q->t0;
}
static int by_end(const void *a, const void *b) {
  const struct addition *p = a, *q = b;
  return p->until < q->until ? -1 : p->until > q->until;
}

static void order(struct series *s) {
  if (s && s->n) qsort(s->p, (size_t)s->n, sizeof *s->p, by_time);
}

static void order_scope(struct scope *s) {
  for (int i = 0; i < KEY_COUNT; i++) order(s->key[i]);
  for (int i = 0; i < FUNCTION_COUNT; i++) {
    order(s->ret[i]);
    order(s->delay[i]);
    order(s->garbage[i]);
    struct series *hang = s->hang[i];
    if (!hang) continue;
    order(hang);
    hang->until = zeroed((size_t)hang->n, sizeof *hang->until);
    for (int n = 0; n < hang->n; n++)
      hang->until[n] = n && hang->until[n - 1] > hang->p[n].t1 ? hang->until[n - 1] : hang->p[n].t1;
  }
}

/* milli * ms / 1000000, exact and truncated toward zero. */
static uint64_t added(int64_t milli, int64_t ms) { return (uint64_t)(int64_t)((__int128)milli * ms / 1000000); }

static void build_stretch(const struct field *f, struct stretch *s, int64_t end) {
  s->a = zeroed((size_t)f->rates.n, sizeof *s->a);
  for (int i = 0; i < f->rates.n; i++) {
    const struct point *r = &f->rates.p[i];
    int64_t from = r->t > s->from ? r->t : s->from;
    if (from >= end || (r->t1 <= from && s->has_base)) continue;
    s->a[s->n++] = (struct addition){.from = from, .until = r->t1 > from ? r->t1 : from, .milli = r->v0};
  }
  qsort(s->a, (size_t)s->n, sizeof *s->a, by_end);
  uint64_t sum = 0;
  for (int i = 0; i < s->n; i++) {
    s->a[i].before = sum;
    sum += added(s->a[i].milli, s->a[i].until - s->a[i].from);
  }
  int64_t first = INT64_MAX;
  for (int i = s->n - 1; i >= 0; i--) {
    if (s->a[i].from < first) first = s->a[i].from;
    s->a[i].first_from = first;
  }
}

static void order_fields(struct fields *fields) {
  qsort(fields->f, (size_t)fields->n, sizeof *fields->f, by_field_key);
  for (int i = 0; i < fields->n; i++) {
    struct field *f = &fields->f[i];
    order(&f->base);
    order(&f->rates);
    f->stretches = zeroed((size_t)f->base.n + 1, sizeof *f->stretches);
    for (int n = -1; n < f->base.n; n++) {
      int64_t end = n + 1 < f->base.n ? f->base.p[n + 1].t : INT64_MAX;
      if (n >= 0 && end == f->base.p[n].t) continue; /* a later line says otherwise */
      struct stretch *s = &f->stretches[f->stretch_count++];
      s->from = n < 0 ? INT64_MIN : f->base.p[n].t;
      s->has_base = n >= 0;
      s->base = n < 0 ? 0 : (uint64_t)f->base.p[n].v0;
      build_stretch(f, s, end);
    }
  }
}

static void order_named(struct named *named) {
  if (named->n) qsort(named->s, (size_t)named->n, sizeof *named->s, by_named_key);
  for (int i = 0; i < named->n; i++) order(&named->s[i].s);
}

static int order_all(struct timeline *tl, const struct line *l) {
  order_scope(&tl->machine);
  if (tl->events) qsort(tl->event, (size_t)tl->events, sizeof *tl->event, by_event_time);
  if (tl->loads) qsort(tl->load, (size_t)tl->loads, sizeof *tl->load, by_load_time);
  for (int g = 0; g < tl->gpus; g++) {
    struct gpu *gpu = &tl->gpu[g];
    order_scope(&gpu->scope);
    if (gpu->fields.n) order_fields(&gpu->fields);
    order_named(&gpu->field_ret);
    order_named(&gpu->field_garbage);
    order(&gpu->skew);
    order(&gpu->plugged);
    order(&gpu->generation);
    if (gpu->instances) qsort(gpu->instance, (size_t)gpu->instances, sizeof *gpu->instance, by_instance);
    for (int p = 0; p < gpu->parts; p++) {
      int known = 0;
      for (int i = 0; i < gpu->instances; i++)
        known |= gpu->instance[i].gi == gpu->part[p]->gi && gpu->instance[i].ci == gpu->part[p]->ci;
      struct line where = {.path = l->path, .number = gpu->part[p]->line};
      char name[64];
      snprintf(name, sizeof name, "%d/%u/%u", g, gpu->part[p]->gi, gpu->part[p]->ci);
      if (!known) return bad(&where, "no 'instance' statement names this MIG instance", name);
      order_scope(&gpu->part[p]->scope);
    }
  }
  return 0;
}

static void identify(struct timeline *tl) {
  for (int g = 0; g < tl->gpus; g++) {
    struct gpu *gpu = &tl->gpu[g];
    char uuid[64], pci[32], index[16], numa[16], checksum[16], board[16];
    snprintf(uuid, sizeof uuid, "GPU-00000000-0000-0000-0000-%012x", (unsigned)g);
    snprintf(pci, sizeof pci, "00000000:%02X:00.0", (unsigned)(g + 1) & 0xff);
    snprintf(index, sizeof index, "%d", g);
    snprintf(numa, sizeof numa, "%d", g / 4);
    snprintf(checksum, sizeof checksum, "%d", 0x5eed0000 + g);
    unsigned bus = 0;
    sscanf(gpu->text[T_pci] ? gpu->text[T_pci] : pci, "%*x:%x", &bus);
    snprintf(board, sizeof board, "%u", bus * 256);
    const char *dflt[TEXT_COUNT] = {[T_uuid] = uuid,
                                    [T_name] = "NVIDIA H100 80GB HBM3",
                                    [T_pci] = pci,
                                    [T_vbios] = "96.00.89.00.01",
                                    [T_minor] = index,
                                    [T_module] = index,
                                    [T_board] = board,
                                    [T_architecture] = "9",
                                    [T_brand] = "14",
                                    [T_capability] = "9.0",
                                    [T_cores] = "16896",
                                    [T_bus_width] = "5120",
                                    [T_numa] = numa,
                                    [T_inforom] = "G520.0200.00.05",
                                    [T_inforom_oem] = "2.1",
                                    [T_inforom_ecc] = "7.16",
                                    [T_checksum] = checksum,
                                    [T_pci_device] = "0x233010DE",
                                    [T_pci_subsystem] = "0x16C110DE"};
    for (int i = 0; i < TEXT_COUNT; i++) {
      if (!gpu->text[i] && dflt[i]) gpu->text[i] = copy(dflt[i]);
      if (gpu->text[i] && !strcmp(gpu->text[i], "-")) gpu->text[i] = NULL;
    }
    for (size_t i = 0; i < sizeof numeric_text / sizeof *numeric_text; i++) {
      const char *text = gpu->text[numeric_text[i]];
      if (text) number(text, &gpu->number[numeric_text[i]]);
    }
  }
}

int timeline_read(struct timeline *tl, const char *path) {
  struct line l = {.path = path};
  memset(tl, 0, sizeof *tl);
  tl->gpu = zeroed(MAX_GPUS, sizeof *tl->gpu);
  tl->type = zeroed((size_t)FIELD_NAMES, 1);
  memset(tl->type, 3, (size_t)FIELD_NAMES);
  tl->boot_ms = 3600000;
  tl->epoch_us = 1700000000000000;
  memset(name_of_number, 0, sizeof name_of_number);
  for (int i = 0; i < FIELD_NAMES; i++)
    if (field_names[i].number > 0 && field_names[i].number < FIELD_NUMBERS)
      name_of_number[field_names[i].number] = (short)(i + 1);
  for (int pass = 0; pass < 2; pass++) {
    FILE *f = fopen(path, "re");
    if (!f) return bad(&l, "cannot be opened", strerror(errno));
    char *text = NULL;
    size_t room = 0;
    ssize_t n;
    int failed = 0, first = 1;
    l.number = 0;
    while (!failed && (n = getline(&text, &room, f)) >= 0) {
      l.number++;
      while (n && (text[n - 1] == '\n' || text[n - 1] == '\r')) text[--n] = 0;
      if (first) {
        first = 0;
        if (strcmp(text, "esnode.timeline/1")) failed = bad(&l, "the first line must be esnode.timeline/1", text);
        continue;
      }
      if (text[0] == '#' || n >= 1 << 16) continue;
      split(&l, text);
      if (l.words) failed = read_line(tl, &l, pass);
    }
    if (first) failed = bad(&l, "the first line must be esnode.timeline/1", "an empty file");
    free(text);
    fclose(f);
    if (failed) return -1;
  }
  l.number = 0;
  if (order_all(tl, &l)) return -1;
  identify(tl);
  return 0;
}

/* ---- what holds at a moment -------------------------------------------------------------------------------------- */

int series_count(const struct series *s, int64_t t) {
  int low = 0, high = s->n;
  while (low < high) {
    int middle = (low + high) / 2;
    if (s->p[middle].t <= t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const struct point *series_at(const struct series *s, int64_t t) {
  if (!s || !s->n) return NULL;
  int n = series_count(s, t);
  return n ? &s->p[n - 1] : NULL;
}

int64_t point_value(const struct point *p, int64_t t) {
  if (t >= p->t1 || p->t1 <= p->t) return p->v1;
  return (int64_t)(p->v0 + ((__int128)p->v1 - p->v0) * (t - p->t) / (p->t1 - p->t));
}

int64_t hang_until(const struct series *s, int64_t t) {
  if (!s) return t;
  int n = series_count(s, t);
  return n && s->until[n - 1] > t ? s->until[n - 1] : t;
}

int field_value(const struct gpu *g, int name, unsigned scope, int64_t t, uint64_t *value) {
  if (scope >= EVERY_SCOPE) return 0;
  uint32_t key = field_key(name, scope);
  int low = 0, high = g->fields.n;
  while (low < high) {
    int middle = (low + high) / 2;
    if (g->fields.f[middle].key < key)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == g->fields.n || g->fields.f[low].key != key) return 0;
  const struct field *f = &g->fields.f[low];
  int n = 0, end = f->stretch_count;
  while (end - n > 1) {
    int middle = (n + end) / 2;
    if (f->stretches[middle].from <= t)
      n = middle;
    else
      end = middle;
  }
  const struct stretch *s = &f->stretches[n];
  int done = 0, last = s->n; /* additions that have ended */
  while (done < last) {
    int middle = (done + last) / 2;
    if (s->a[middle].until <= t)
      done = middle + 1;
    else
      last = middle;
  }
  int said = s->has_base || done;
  uint64_t sum = s->base;
  if (done) {
    const struct addition *a = &s->a[done - 1];
    sum += a->before + added(a->milli, a->until - a->from);
  }
  for (int i = done; i < s->n && s->a[i].first_from <= t; i++) {
    if (s->a[i].from > t) continue;
    sum += added(s->a[i].milli, t - s->a[i].from);
    said = 1;
  }
  *value = sum;
  return said;
}

const struct series *named_find(const struct named *n, int name, unsigned scope) {
  uint32_t key = field_key(name, scope);
  int low = 0, high = n->n;
  while (low < high) {
    int middle = (low + high) / 2;
    if (n->s[middle].key < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < n->n && n->s[low].key == key ? &n->s[low].s : NULL;
}

int field_name_count(void) { return FIELD_NAMES; }

const char *field_text(int name) { return field_names[name].name; }
