#include "line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "picture.h"

#define MOST_CELLS (1 << 13)
#define DIGITS 10

/* ---- the net ---- */

static double read_scale(fz_input *input) {
    static const double scales[] = {0.25, 0.05, 0.1, 1, 1.0 / 4096, 16, 4, 0.02};
    return scales[fz_byte(input) % (sizeof scales / sizeof *scales)];
}

static void set_net(fz_line *line, int32_t characters, double scale) {
    pe_net *net = &line->net;
    memset(net, 0, sizeof *net);
    net->characters = characters;
    net->zero = 0;
    for (int32_t i = 0; i < characters; i++) {
        net->is_digit[i] = i < DIGITS;
    }
    net->first_column_px = -1;
    net->column_stride_px = 2;
    net->scale = scale;
    line->exponentials = malloc(FZ_EXPONENTIALS * sizeof *line->exponentials);
    EXPECT(line->exponentials);
    for (int i = 0; i < FZ_EXPONENTIALS; i++) {
        line->exponentials[i] = exp(-i * scale);
    }
    net->exponentials = line->exponentials;
}

/* Another geometry than that of most models. */
static void move_columns(fz_input *input, fz_line *line) {
    line->net.zero = fz_between(input, -1, line->net.characters - 1);
    line->net.first_column_px = fz_between(input, -64, 64);
    line->net.column_stride_px = fz_between(input, 1, 64);
    line->width_px = fz_seldom(input, 8) ? fz_between(input, 1, 9000) : fz_between(input, 1, 256);
    line->aspect = ldexp(1, fz_between(input, -10, 10));
}

/* ---- what is asked for ---- */

static double read_cost(fz_input *input) {
    int kind = fz_byte(input) % 16;
    return kind == 0 ? 700 : kind == 1 ? fz_between(input, 0, 700) : kind < 4 ? 0 : (double)fz_byte(input) / 32;
}

static pe_options read_options(fz_input *input) {
    pe_options options = {3, 2, {2, 5, 5, 4}};
    if (fz_byte(input) % 2) {
        options.n_best = fz_between(input, 1, PE_MOST_CANDIDATES);
        options.reserve = fz_between(input, 0, PE_MOST_RESERVE);
        double foreign_number = read_cost(input);
        options.costs.foreign_number = foreign_number < 20 ? foreign_number : 20;
        options.costs.continued = read_cost(input);
        options.costs.letters = read_cost(input);
        options.costs.mark = read_cost(input);
    }
    return options;
}

/* ---- scores ---- */

/* Each column shows one class, more or less plainly, and a run of columns shows the same. */
static void write_runs(fz_input *input, int32_t classes, fz_line *line) {
    uint32_t random = 1 + fz_byte(input);
    int32_t noise = 1 + fz_byte(input), run = 0, shown = 0, above = 0;
    for (int32_t t = 0; t < line->columns; t++) {
        if (!run--) {
            uint8_t how = fz_byte(input);
            shown = fz_between(input, 0, classes - 1);
            run = how % 8;
            above = 255 - 32 * (how / 32);
        }
        int8_t *scores = line->scores + (size_t)t * (size_t)classes;
        for (int32_t k = 0; k < classes; k++) {
            int32_t score = (int32_t)((fz_random(&random) >> 8) % (uint32_t)noise) + (k == shown ? above : 0);
            scores[k] = (int8_t)((score > 255 ? 255 : score) - 128);
        }
    }
}

/* All that is left, over and over. */
static void write_raw(fz_input *input, int32_t classes, fz_line *line) {
    size_t cells = (size_t)line->columns * (size_t)classes, given = input->left < cells ? input->left : cells;
    for (size_t i = 0; i < cells; i++) {
        line->scores[i] = given ? (int8_t)(input->bytes[i % given] - 128) : 0;
    }
    input->bytes += given;
    input->left -= given;
}

static void write_scores(fz_input *input, int32_t classes, fz_line *line) {
    line->scores = malloc((size_t)line->columns * (size_t)classes);
    EXPECT(line->scores);
    if (fz_seldom(input, 4)) {
        write_raw(input, classes, line);
    } else {
        write_runs(input, classes, line);
    }
}

static void draw_strip(fz_input *input, fz_line *line) {
    line->pixels = malloc(PE_STRIP_HEIGHT_PX * (size_t)line->width_px);
    EXPECT(line->pixels);
    fz_draw(input, line->pixels, PE_STRIP_HEIGHT_PX, line->width_px, (size_t)line->width_px);
}

/* ---- what is out of range ---- */

/* Any number in the place of one. Returns whether it is in its range. */
static int break_int(fz_input *input, int32_t least, int32_t most, int32_t *number) {
    *number = fz_other_int(input, *number);
    return *number >= least && *number <= most;
}

static int break_double(fz_input *input, double least, double most, double *number) {
    *number = fz_any_double(input);
    return *number >= least && *number <= most;
}

/* The arrays are as long as the sizes were; one that the header allows is left as it was. */
static int break_size(fz_input *input, int32_t most, int32_t *size) {
    int32_t any = fz_any_int(input);
    int allowed = any >= 1 && any <= most;
    *size = allowed ? *size : any;
    return allowed;
}

static int break_exponentials(fz_input *input, double *exponentials) {
    int place = fz_byte(input);
    exponentials[place] = fz_any_double(input);
    for (int i = 1; i < FZ_EXPONENTIALS; i++) {
        if (!(exponentials[i] >= 0 && exponentials[i] <= exponentials[i - 1])) {
            return 0;
        }
    }
    return exponentials[0] == 1;
}

static int break_something(fz_input *input, fz_line *line) {
    pe_net *net = &line->net;
    pe_options *options = &line->options;
    pe_costs *costs = &options->costs;
    switch (fz_byte(input) % 15) {
    case 0: return break_int(input, net->characters, net->characters, &net->characters);
    case 1: return break_int(input, -1, net->characters - 1, &net->zero);
    case 2: return break_int(input, -64, 64, &net->first_column_px);
    case 3: return break_int(input, 1, 64, &net->column_stride_px);
    case 4: return break_double(input, ldexp(1, -12), 16, &net->scale);
    case 5: return break_exponentials(input, line->exponentials);
    case 6: return break_int(input, 1, PE_MOST_CANDIDATES, &options->n_best);
    case 7: return break_int(input, 0, PE_MOST_RESERVE, &options->reserve);
    case 8: return break_double(input, 0, 20, &costs->foreign_number);
    case 9: return break_double(input, 0, 700, &costs->continued);
    case 10: return break_double(input, 0, 700, &costs->letters);
    case 11: return break_double(input, 0, 700, &costs->mark);
    case 12: return break_size(input, PE_MOST_COLUMNS, &line->columns);
    case 13: return break_size(input, PE_MOST_WIDTH_PX, &line->width_px);
    default: return break_double(input, ldexp(1, -10), ldexp(1, 10), &line->aspect);
    }
}

/* ---- the line ---- */

/* Whether sums of log-probabilities are exact. */
static int is_short_enough(const fz_line *line) {
    return line->columns * (255 * line->net.scale + 8 + line->options.costs.mark) <= 1 << 22;
}

fz_line fz_read_line(fz_input *input, int32_t characters) {
    fz_line line = {.aspect = 1, .valid = 1};
    int32_t classes = characters + 2, most = MOST_CELLS / classes;
    set_net(&line, characters, read_scale(input));
    line.options = read_options(input);
    line.columns = fz_seldom(input, 64) ? fz_between(input, 1, most) : fz_between(input, 1, most < 128 ? most : 128);
    line.width_px = 2 * line.columns;
    if (fz_seldom(input, 4)) {
        move_columns(input, &line);
    }
    int broken = fz_seldom(input, 8);
    write_scores(input, classes, &line);
    draw_strip(input, &line);
    int allowed = !broken || break_something(input, &line);
    line.valid = allowed && is_short_enough(&line);
    return line;
}

fz_line fz_read_short_line(fz_input *input, int32_t characters) {
    fz_line line = {.aspect = 1, .valid = 1};
    set_net(&line, characters, 0.25);
    line.options = (pe_options){3, 2, {2, 5, 5, 4}};
    line.columns = fz_between(input, 1, 32);
    line.width_px = 2 * line.columns;
    write_scores(input, characters + 2, &line);
    draw_strip(input, &line);
    return line;
}

void fz_free_line(fz_line *line) {
    free(line->scores);
    free(line->pixels);
    free(line->exponentials);
}
