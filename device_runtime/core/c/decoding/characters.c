/* A character is doubted as much as the rivals that read something else there are believed. What no candidate explains
 * is shared out by how weak the evidence for each character is. A posterior is thus never below the code's. A separator
 * stands in the middle between its neighbours and is as sure as the less sure of them. */
#include "characters.h"

/* Where in the strip a character is strongest, and its probability there. */
typedef struct {
    double x_px, probability;
} pe_evidence;

static pe_evidence evidence_between(const pe_net *net, const pe_columns *columns, int32_t begin, int32_t end,
                                    int32_t character) {
    int32_t classes = columns->classes, best = begin;
    const float *penalties = columns->penalties + character;
    for (int32_t t = begin + 1; t < end; t++) {
        if (penalties[(size_t)t * (size_t)classes] < penalties[(size_t)best * (size_t)classes]) {
            best = t;
        }
    }
    double weight = columns->weights[(size_t)best * (size_t)classes + (size_t)character];
    return (pe_evidence){pe_column_px(net, best), weight / columns->totals[best]};
}

/* How weak the evidence for each character is, as a share of all weakness. */
static void weaknesses(const pe_evidence *evidence, int32_t length, double *weakness) {
    double sum = 0;
    for (int32_t i = 0; i < length; i++) {
        weakness[i] = 1.0 - evidence[i].probability;
        sum += weakness[i];
    }
    for (int32_t i = 0; i < length; i++) {
        weakness[i] = sum > 0 ? weakness[i] / sum : 1.0 / length;
    }
}

static int32_t character_of(const pe_graph *graph, const pe_code *code, int32_t i) {
    return graph->character[code->arcs[i]];
}

/* The characters of a code that a rival reads differently: begin .. end - 1, or, in codes of one length, those of them
 * that are not equal. */
typedef struct {
    int32_t begin, end;
} pe_differing;

/* Beyond the common beginning and end, if the rival is longer or shorter. */
static pe_differing differing(const pe_graph *graph, const pe_code *best, const pe_code *rival) {
    if (best->length == rival->length) {
        return (pe_differing){0, best->length};
    }
    int32_t shorter = best->length < rival->length ? best->length : rival->length, head = 0, tail = 0;
    while (head < shorter && character_of(graph, best, head) == character_of(graph, rival, head)) {
        head++;
    }
    while (tail < shorter &&
           character_of(graph, best, best->length - 1 - tail) == character_of(graph, rival, rival->length - 1 - tail)) {
        tail++;
    }
    return (pe_differing){head, best->length - tail};
}

static void doubt_by_rival(const pe_graph *graph, const pe_code *best, const pe_code *rival, double confidence,
                           double *doubt) {
    pe_differing where = differing(graph, best, rival);
    int aligned = best->length == rival->length;
    for (int32_t i = where.begin; i < where.end; i++) {
        if (!aligned || character_of(graph, best, i) != character_of(graph, rival, i)) {
            doubt[i] += confidence;
        }
    }
}

/* Doubt about each character: of what no candidate explains, and of the rivals. */
static void doubts(const pe_claim *claim, const pe_belief *belief, const pe_evidence *evidence, double *doubt) {
    const pe_code *codes = claim->codes, *best = &codes[belief->order[0]];
    double explained = 0;
    for (int32_t i = 0; i < claim->count; i++) {
        explained += belief->confidence[belief->order[i]];
    }
    double rest = 1.0 - explained > 0 ? 1.0 - explained : 0;
    weaknesses(evidence, best->length, doubt);
    for (int32_t i = 0; i < best->length; i++) {
        doubt[i] *= rest;
    }
    for (int32_t i = 1; i < claim->count; i++) {
        int32_t rival = belief->order[i];
        doubt_by_rival(claim->graph, best, &codes[rival], belief->confidence[rival], doubt);
    }
}

static double clamped(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

void pe_believe_characters(const pe_net *net, const pe_columns *columns, const pe_frames *frames,
                           const pe_claim *claim, const pe_belief *belief, const int32_t *ends,
                           pe_character *characters) {
    const pe_graph *graph = claim->graph;
    const pe_code *best = &claim->codes[belief->order[0]];
    pe_evidence evidence[PE_LONGEST_CODE];
    double doubt[PE_LONGEST_CODE];
    for (int32_t i = 0; i < best->length; i++) {
        int32_t begin = frames->first[i > 0 ? ends[i - 1] : 0], end = frames->first[ends[i]];
        evidence[i] = evidence_between(net, columns, begin, end, character_of(graph, best, i));
    }
    doubts(claim, belief, evidence, doubt);
    int32_t sign = 0;
    for (int32_t i = 0; i < best->length; i++) {
        pe_character here = {clamped(1.0 - doubt[i]), evidence[i].x_px};
        if (graph->separator[best->arcs[i]]) { /* never before the first */
            const pe_character *left = &characters[sign - 1];
            double confidence = left->confidence < here.confidence ? left->confidence : here.confidence;
            characters[sign++] = (pe_character){confidence, (left->x_px + here.x_px) / 2};
        }
        characters[sign++] = here;
    }
}
