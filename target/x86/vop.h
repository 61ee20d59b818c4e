/* Sub-codes of generator families (the arg column of the opcode tables). */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_VOP_H
#define TARGET_X86_VOP_H

#endif
