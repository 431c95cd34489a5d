#include "decoding.h"

#include <math.h>
#include <string.h>

#include "expect.h"

#define ROUNDING 1e-9

typedef struct {
    const fz_line *line;
    const pe_graph *graph;
    pe_decoding decoding;
} task;

static pe_status decode(pe_arena *arena, void *given) {
    task *of = given;
    const fz_line *line = of->line;
    pe_decoding untouched;
    memset(&untouched, 0x77, sizeof untouched);
    of->decoding = untouched;
    pe_status status = pe_decode(&line->net, of->graph, &line->options, line->scores, line->columns, line->pixels,
                                 line->width_px, line->aspect, arena, &of->decoding);
    EXPECT(status == PE_OK || !memcmp(&of->decoding, &untouched, sizeof untouched));
    return status;
}

static int is_share(double x) {
    return x >= 0 && x <= 1 + ROUNDING;
}

/* ---- candidates ---- */

static void check_signs(const pe_candidate *candidate, const pe_graph *graph, int32_t characters) {
    EXPECT(candidate->characters >= 1 && candidate->characters <= PE_LONGEST_CODE);
    EXPECT(candidate->length >= candidate->characters && candidate->length < 2 * candidate->characters);
    int32_t written = 0;
    for (int32_t i = 0; i < candidate->length; i++) {
        EXPECT(candidate->signs[i] < characters + PE_MOST_SEPARATORS);
        written += candidate->signs[i] < characters;
    }
    EXPECT(written == candidate->characters);
    EXPECT(fz_accepts(graph, characters, candidate->signs, candidate->length));
}

static void check_candidates(const task *of) {
    const pe_decoding *decoding = &of->decoding;
    double sum = 0;
    EXPECT(decoding->found >= 0 && decoding->found <= of->line->options.n_best);
    for (int32_t i = 0; i < decoding->found; i++) {
        const pe_candidate *candidate = &decoding->candidates[i], *before = candidate - 1;
        EXPECT(is_share(candidate->confidence));
        EXPECT(i == 0 || candidate->confidence <= before->confidence * (1 + 1e-5)); /* they are ranked to 1e-6 */
        check_signs(candidate, of->graph, of->line->net.characters);
        sum += candidate->confidence;
        for (int32_t k = 0; k < i; k++) {
            const pe_candidate *other = &decoding->candidates[k];
            EXPECT(other->length != candidate->length ||
                   memcmp(other->signs, candidate->signs, (size_t)candidate->length) != 0);
        }
    }
    EXPECT(sum <= 1 + 1e-6);
}

static void check_characters(const task *of) {
    const pe_decoding *decoding = &of->decoding;
    const pe_net *net = &of->line->net;
    double first = net->first_column_px, last = first + (double)net->column_stride_px * (of->line->columns - 1);
    for (int32_t i = 0; decoding->found && i < decoding->candidates[0].length; i++) {
        const pe_character *character = &decoding->characters[i];
        EXPECT(is_share(character->confidence));
        EXPECT(character->confidence >= decoding->candidates[0].confidence - ROUNDING);
        EXPECT(character->x_px >= first && character->x_px <= last);
    }
}

/* ---- what else is said ---- */

static void check_outside(const task *of) {
    const pe_decoding *decoding = &of->decoding;
    EXPECT(decoding->outside_length >= 0 && decoding->outside_length <= PE_LONGEST_CODE);
    if (!decoding->outside_length) {
        return;
    }
    EXPECT(decoding->outside_short == 0 || decoding->outside_short == 1);
    EXPECT(is_share(decoding->outside_confidence));
    EXPECT(!decoding->found || decoding->outside_confidence > decoding->candidates[0].confidence);
    for (int32_t i = 0; i < decoding->outside_length; i++) {
        EXPECT(decoding->outside[i] < of->line->net.characters && of->line->net.is_digit[decoding->outside[i]]);
    }
    EXPECT(!fz_accepts(of->graph, of->line->net.characters, decoding->outside, decoding->outside_length));
}

static void check(const task *of) {
    const pe_decoding *decoding = &of->decoding;
    EXPECT(isfinite(decoding->free) && decoding->free <= 1e-6);
    EXPECT(decoding->doubt >= PE_NO_DOUBT && decoding->doubt <= PE_NUMBER_GOES_ON);
    EXPECT(decoding->found || decoding->doubt == PE_NO_DOUBT);
    check_candidates(of);
    check_characters(of);
    check_outside(of);
}

/* ---- codes that are judged ---- */

typedef struct {
    const task *of;
    pe_decoding asked, judged;
} question;

static pe_status judge(pe_arena *arena, void *given) {
    question *about = given;
    const fz_line *line = about->of->line;
    about->judged = about->asked;
    pe_status status = pe_judge(&line->net, about->of->graph, &line->options, line->scores, line->columns, line->pixels,
                                line->width_px, line->aspect, arena, &about->judged);
    EXPECT(status == PE_OK || !memcmp(&about->judged, &about->asked, sizeof about->asked));
    return status;
}

/* Ask about what was found, the last code first; now and then about something else. Returns whether all are codes. */
static int ask(fz_input *input, const task *of, question *about) {
    int32_t found = of->decoding.found, characters = of->line->net.characters;
    int all = found > 0;
    about->of = of;
    about->asked = of->decoding;
    for (int32_t i = 0; i < found; i++) {
        about->asked.candidates[i] = of->decoding.candidates[found - 1 - i];
    }
    if (found && fz_byte(input) % 4 == 1) {
        pe_candidate *one = &about->asked.candidates[fz_byte(input) % found];
        one->signs[fz_byte(input) % one->length] = fz_byte(input);
    }
    for (int32_t i = 0; i < found; i++) {
        const pe_candidate *one = &about->asked.candidates[i];
        all = all && fz_accepts(of->graph, characters, one->signs, one->length);
    }
    return all;
}

static void check_judged(const question *about) {
    static task of;
    of = *about->of;
    of.decoding = about->judged;
    EXPECT(of.decoding.found == about->asked.found || of.decoding.found == 0);
    EXPECT(of.decoding.free == about->of->decoding.free);
    for (int32_t i = 0; i < about->asked.found; i++) {
        const pe_candidate *candidate = &of.decoding.candidates[i], *asked = &about->asked.candidates[i];
        EXPECT(is_share(candidate->confidence));
        EXPECT(candidate->length == asked->length && !memcmp(candidate->signs, asked->signs, sizeof asked->signs));
        check_signs(candidate, of.graph, of.line->net.characters);
    }
    check_characters(&of);
    check_outside(&of);
}

static void judge_found(const task *of, fz_input *input, size_t first_bytes) {
    static question about, again;
    fz_loan loan, other;
    int all = ask(input, of, &about);
    again = about;
    pe_status status = fz_lend(judge, &about, first_bytes, &loan);
    EXPECT(status == (all ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        check_judged(&about);
        fz_lend_again(judge, &again, &other);
        EXPECT(!memcmp(&about.judged, &again.judged, sizeof about.judged));
        fz_give_back(&other);
    }
    fz_give_back(&loan);
}

void fz_decode(const fz_line *line, const pe_graph *graph, fz_input *input, size_t first_bytes) {
    static task of, again;
    of.line = again.line = line;
    of.graph = again.graph = graph;
    fz_loan loan, other;
    pe_status status = fz_lend(decode, &of, first_bytes, &loan);
    EXPECT(status == (line->valid ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        check(&of);
        fz_lend_again(decode, &again, &other);
        EXPECT(!memcmp(&of.decoding, &again.decoding, sizeof of.decoding));
        fz_give_back(&other);
    }
    fz_give_back(&loan);
    if (status == PE_OK) {
        judge_found(&of, input, first_bytes);
    }
}
