# Perl: regular expressions, numbers, sorting, forks, threads' signals; some of its modules.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need perl
perl -we '
use strict; use POSIX qw(floor fmod strtol :sys_wait_h); use List::Util qw(sum reduce shuffle); use Data::Dumper; use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(sha256_hex); use MIME::Base64; use Storable qw(dclone); use Time::HiRes qw(ualarm sleep); use Encode; use Math::BigInt; use IO::Select;
$Data::Dumper::Sortkeys = 1; $Data::Dumper::Indent = 1; $| = 1;
my %h = map { $_ => $_ ** 2 / 3 } 1 .. 20; print Dumper(dclone(\%h));
my $text = join " ", map { "w$_" x ($_ % 5 + 1) } 1 .. 500; my $n = () = $text =~ /(?<a>w\d+)(?=\g{a})/g; print "$n\n";
(my $t = $text) =~ s/(\d+)/$1 * 2/ge; print md5_hex($t), " ", sha256_hex($t), "\n", encode_base64(substr $t, 0, 40);
print Math::BigInt->new(2)->bpow(300), "\n", Math::BigInt->new(50)->bfac, "\n";
print join(",", map { sprintf "%.15g", $_ } (sin 1, cos 1e5, exp 1, log 10, sqrt 2, atan2(1, 3), fmod(10, 3.3), 1e308 * 10, -17 % 5, 2 ** 0.5)), "\n";
print reduce { $a * 3 + $b } 1 .. 15; print "\n", length(Encode::encode("UTF-8", "\x{263a}" x 10)), "\n";
my ($got, $alarms) = (0, 0); local $SIG{ALRM} = sub { $alarms++ }; ualarm(5000, 5000); my $x = 0; $x += $_ % 7 for 1 .. 300000; until ($alarms > 3) { sleep 0.01 } ualarm(0); print "$x\n";
local $SIG{USR1} = sub { $got++ }; for my $i (1 .. 5) { pipe my $r, my $w; my $pid = fork // die; if (!$pid) { close $r; print $w "child $i"; close $w; kill USR1 => getppid; POSIX::_exit($i) }
close $w; print scalar <$r>; waitpid $pid, 0; print " ", $? >> 8, "\n" } print $got ? "signals\n" : "none\n";
eval { my @a = (1) x 10; die { code => 7 } }; print $@->{code}, "\n"; print join(" ", sort { $b <=> $a } map { $_ * 7919 % 101 } 1 .. 30), "\n"; my $s = `echo from a shell`; print $s, $?, "\n"; exit 5'
echo "end $?"
