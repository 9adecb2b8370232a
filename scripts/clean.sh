#!/usr/bin/env bash
# Remove what builds made. Files and folders that a user put into data/ stay, also inside the folder of a study.
set -eu
rm -rf reports figures/assets figures/*/*.html data/built.json
for folder in data/*/; do
  folder=${folder%/}
  [ -e "$folder/raw/done" ] || [ -e "$folder/warehouse.duckdb" ] || [ -d "$folder/results" ] || continue
  if [ -L "$folder" ]; then  # of a link the link, not what it leads to
    rm "$folder"
    continue
  fi
  rm -rf "$folder"/{raw,dbt,figures,results} "$folder"/warehouse.duckdb* "$folder"/{rerandomised,resalted}.parquet \
    "$folder"/{clean_events.csv,rules.mk} "$folder"/.aside-*
  rmdir "$folder" 2>/dev/null || true
done
