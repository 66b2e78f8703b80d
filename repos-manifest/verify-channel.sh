#!/bin/sh
# Checks a published channel as `rollout verify` does, with gpgv, sha256sum and standard tools (curl or wget for an address). Status 0: all is right.
# verify-channel.sh [-l LAST-SEEN] [-p PACKAGE] ADDRESS-OR-FOLDER CHANNEL KEYRING FINGERPRINT...
# KEYRING is keys/<channel>.gpg and FINGERPRINT that of its primary key, compared over another way; -p looks for one package instead of reading all.
set -u; export LC_ALL=C; seen='' package=''
while getopts l:p: option; do case $option in l) seen=$OPTARG ;; p) package=$OPTARG ;; *) exit 2 ;; esac; done
shift $((OPTIND - 1))
if [ $# -lt 4 ] || [ ! -f "$3" ]; then sed -n '2,4s/^# //p' "$0" >&2; exit 2; fi
place=${1%/} channel=$2 keyring=$(cd "$(dirname "$3")" && pwd)/${3##*/}; shift 3
pinned=" $* "; t=$(mktemp -d) || exit 3; trap 'rm -rf "$t"' EXIT
bad() { echo "$1: $2" | tee -a "$t/bad"; }
end() { if [ -e "$t/bad" ]; then echo 'NOT VERIFIED'; exit 1; fi; }
digest() { set -- $(sha256sum <"$1"); echo "$1"; }
fetch() { if command -v curl >/dev/null; then curl -fs "$1"; else wget -qO- "$1"; fi; }
get() { # path, most bytes: a file that is not there is empty, one that never ends is cut
  case $place in http*://*) fetch "$place/$(echo "$1" | sed 's/%/%25/g; s/+/%2B/g; s/\^/%5E/g')" ;; *) cat "$place/$1" 2>/dev/null ;; esac | head -c "$2"
}
signed() { # name, signature, file: by gpgv's status lines, because its exit code tells neither revoked nor expired keys
  name=$1 latest=$(($(date +%s) + 300)); shift
  gpgv --status-fd 1 --keyring "$keyring" "$@" 2>/dev/null | awk -v pinned="$pinned" -v latest="$latest" '{ n[$2]++ }
    $2 == "VALIDSIG" && (!index(pinned, " " $NF " ") || $5 > latest) || $2 ~ /^(BAD|ERR|EXP|EXPKEY|REVKEY)SIG$/ { no = 1 }
    END { exit no || n["NEWSIG"] != 1 || n["GOODSIG"] != 1 || n["VALIDSIG"] != 1 }' || bad "$name" 'is not one good signature by the key of the channel'
}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$t/channel.json"; }
entries() { { tr '{' '\n'; echo; } | sed -n 's/.*"path":"\([^"]*\)",.*"sha256":"\([0-9a-f]*\)",.*"size":\([0-9]*\).*/\2 \3 \1/p'; }
below() { while read -r sum size path; do echo "$sum $size $1/$path"; done >>"$t/packages"; }
check() { # a list of sha256, size and path; `files` has signatures, and indexes that list packages
  while read -r sum size path; do
    get "$path" $((size + 1)) >"$t/file"
    if [ "$(digest "$t/file")" != "$sum" ]; then bad "$path" "is missing, or has not the sha256 $sum" && continue; fi
    case $1:$path in
      files:*/InRelease) signed "$path" "$t/file" ;;
      files:*/Release | files:*/repomd.xml | files:*/SHA256SUMS) cp "$t/file" "$t/signed" ;;
      files:*/Release.gpg | files:*/repomd.xml.asc | files:*/SHA256SUMS.asc | files:*/signatures/*.asc) signed "$path" "$t/file" "$t/signed" ;;
      files:*/Packages.gz) gzip -dc "$t/file" | awk '/^[FS]/ { v[$1] = $2 } /^SHA256: / { print $2, v["Size:"], v["Filename:"] }' | below "${path%%/dists/*}" ;;
      files:*-primary.xml.gz) gzip -dc "$t/file" | sed -n '/^  <\(checksum\|size\|location\) /{ s/^[^"]*"[^"]*" pkgid="YES">//; s|^[^"]*"\(../[^/"]*/\)*||; s/[<"].*//p; }' |
        paste -d' ' - - - | below "$(echo "${path%/repodata/*}" | sed 's/\.[0-9a-f]\{16\}$//')" ;;
      files:*/index.json) entries <"$t/file" | below "${path%/*}" ;;
    esac
  done <"$t/$1"
}
get channel.json 67108864 >"$t/channel.json" && own=$(digest "$t/channel.json") && lasting=statements/$own.json.asc
get "$lasting" 16384 >"$t/lasting"; get channel.json.asc 16384 >"$t/usual"; signed "$lasting" "$t/lasting" "$t/channel.json"
[ "$(sed -n '1p;$p' "$t/lasting" | tr -d '\n')" = '-----BEGIN PGP SIGNATURE----------END PGP SIGNATURE-----' ] || bad "$lasting" 'is no signature alone'
grep -q "^{\"apiVersion\":\"rollout/v1\",\"channel\":\"$channel\",\"commit\":" "$t/channel.json" || bad channel.json "is not of $channel"; end # nothing else that it says can be believed
for list in files superseded; do sed "s/.*\"$list\":\[//; s/\].*//" "$t/channel.json" | entries >"$t/$list"; done; : >"$t/packages"
number=$(field number) previous=$(field previous) expires=$(field expires) # for a moment the signature before stands in the usual place
case $(digest "$t/usual") in "$(digest "$t/lasting")" | "$(sed -n "s| .* statements/$previous.json.asc$||p" "$t/superseded")") ;; *) bad channel.json.asc 'is not its signature' ;; esac
expr "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \< "$expires" >/dev/null || bad channel.json "expired at $expires"
if [ -n "$seen" ] && [ -e "$seen" ]; then # {"channel":…,"number":…,"sha256":…}, as rollout writes it
  last=$(sed 's/.*"sha256":"//; s/".*//' "$seen") was=$(sed -n "s/^{\"channel\":\"$channel\",\"number\":\([0-9]*\),.*/\1/p" "$seen")
  case $((number - ${was:-999999999})) in -*) false ;; 0) [ "$own" = "$last" ] ;; 1) [ "$previous" = "$last" ] ;; esac || bad channel.json 'does not follow what was seen last'
fi
check files; check superseded; sort -u -o "$t/packages" "$t/packages"
if [ -z "$package" ]; then check packages; else grep "^$(digest "$package") " "$t/packages" || bad "$package" 'is in no index of the channel'; fi
cut -d' ' -f3 "$t/files" "$t/superseded" "$t/packages" | sed "\$a channel.json\nchannel.json.asc\n$lasting" >"$t/known"
if [ -d "$place" ]; then (cd "$place" && find . ! -type d) | sed 's|^\./||' | grep -vxF -f "$t/known" | while read -r path; do bad "$path" 'is vouched for by nothing'; done; fi
end
[ -z "$seen" ] || { printf '{"channel":"%s","number":%s,"sha256":"%s"}\n' "$channel" "$number" "$own" >"$seen.new" && mv "$seen.new" "$seen"; }
echo verified
