#!/usr/bin/env bash
# Remove what builds made. Files and folders that a user put into data/ stay, also inside the folder of a study.
set -eu
rm -rf reports figures/assets figures/*/*.html data/built.json
for folder in data/*/; do
  folder=${folder%/}
  if [ -e "$folder/raw/done" ] || [ -e "$folder/warehouse.duckdb" ] || [ -d "$folder/results" ] || [ -d "$folder/live" ]; then
    if [ -L "$folder" ]; then # of a link the link, not what it leads to
      rm "$folder"
      continue
    fi
    rm -rf "$folder"/{raw,dbt,figures,results,live} "$folder"/warehouse.duckdb* "$folder"/.aside-* \
      "$folder"/{rerandomised,resalted}.parquet "$folder"/{clean_events.csv,rules.mk}
  fi
  if [ -d "$folder" ] && [ ! -L "$folder" ]; then
    rmdir "$folder" 2>/dev/null || true
  fi
done
