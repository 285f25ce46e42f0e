//! Chromium driven through chromedriver and CDP, with page metrics and throttling
