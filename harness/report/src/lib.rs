//! greenroom's result model as HTML, JUnit XML, Markdown and JSON
