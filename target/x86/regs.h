/* Numbers of general and segment registers, as instructions encode them. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_REGS_H
#define TARGET_X86_REGS_H

enum { R_RAX, R_RCX, R_RDX, R_RBX, R_RSP, R_RBP, R_RSI, R_RDI };
enum { R_ES, R_CS, R_SS, R_DS, R_FS, R_GS, NR_SEGS };

#endif
