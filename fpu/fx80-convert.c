/* Conversions between floatx80 and the other formats, integers and packed BCD. */
/* SPDX-License-Identifier: MIT */
#include "fpu/parts-internal.h"

floatx80 fx80_from_i64(int64_t v)
{
    FloatStatus exact = {0};
    FloatParts p = parts_from_u64(v < 0, v < 0 ? -(uint64_t)v : (uint64_t)v);
    return parts_pack_fx80(&p, 64, &exact);
}

/* Any FloatParts of f32 or f64 is a floatx80. */
static floatx80 encode_exact(FloatParts p, bool *denormal)
{
    FloatStatus exact = {0};
    *denormal = p.denormal;
    return parts_pack_fx80(&p, 64, &exact);
}

floatx80 fx80_widen_f32(f32 a, bool *denormal)
{
    FloatStatus exact = {0};
    return encode_exact(parts_unpack(a, &format_f32, &exact), denormal);
}

floatx80 fx80_widen_f64(f64 a, bool *denormal)
{
    FloatStatus exact = {0};
    return encode_exact(parts_unpack(a, &format_f64, &exact), denormal);
}

/* FLD m32fp, FLD m64fp: unlike FLD m80fp these look at their operand. */
static floatx80 widen(FloatParts p, FloatStatus *s)
{
    if (parts_is_nan(&p)) {
        p = parts_quiet_nan(&p, s);
    } else if (p.denormal) {
        float_raise(s, FLOAT_DENORMAL);
    }
    return parts_pack_fx80(&p, 64, s);
}

floatx80 fx80_from_f32(f32 a, FloatStatus *s)
{
    return widen(parts_unpack(a, &format_f32, s), s);
}

floatx80 fx80_from_f64(f64 a, FloatStatus *s)
{
    return widen(parts_unpack(a, &format_f64, s), s);
}

/* FST m32fp, FST m64fp: a denormal operand raises nothing of its own. */
static FloatParts unpack_for_store(floatx80 a, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    s->rounded_up = false;
    return parts_is_nan(&p) ? parts_quiet_nan(&p, s) : p;
}

f32 fx80_to_f32(floatx80 a, FloatStatus *s)
{
    FloatParts p = unpack_for_store(a, s);
    return parts_pack(&p, &format_f32, s);
}

f64 fx80_to_f64(floatx80 a, FloatStatus *s)
{
    FloatParts p = unpack_for_store(a, s);
    return parts_pack(&p, &format_f64, s);
}

int16_t fx80_to_i16(floatx80 a, FloatRounding mode, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    return parts_to_signed(&p, 16, mode, s);
}

int32_t fx80_to_i32(floatx80 a, FloatRounding mode, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    return parts_to_signed(&p, 32, mode, s);
}

int64_t fx80_to_i64(floatx80 a, FloatRounding mode, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    return parts_to_signed(&p, 64, mode, s);
}

/* Digits outside 0-9 are undefined by the SDM; they count with their value here. */
floatx80 fx80_from_bcd(const uint8_t bcd[10])
{
    FloatStatus exact = {0};
    uint64_t v = 0;
    for (int i = 8; i >= 0; i--) {
        v = v * 100 + (bcd[i] >> 4) * 10 + (bcd[i] & 15);
    }
    FloatParts p = parts_from_u64(bcd[9] >> 7, v);
    return parts_pack_fx80(&p, 64, &exact);
}

void fx80_to_bcd(floatx80 a, uint8_t bcd[10], FloatStatus *s)
{
    static const uint8_t indefinite[10] = {[7] = 0xc0, 0xff, 0xff};
    const uint64_t max = 999999999999999999;
    FloatParts p = parts_unpack_fx80(a);
    FloatStatus converted = *s;

    int64_t v = parts_to_signed(&p, 64, s->rounding, &converted);
    uint64_t magnitude = p.sign ? -(uint64_t)v : (uint64_t)v;
    if (magnitude > max) {
        float_raise(s, FLOAT_INVALID);
        s->rounded_up = false;
        memcpy(bcd, indefinite, 10);
        return;
    }
    *s = converted;
    for (int i = 0; i < 9; i++) {
        unsigned pair = magnitude % 100;
        magnitude /= 100;
        bcd[i] = pair / 10 << 4 | pair % 10;
    }
    bcd[9] = p.sign << 7;
}
